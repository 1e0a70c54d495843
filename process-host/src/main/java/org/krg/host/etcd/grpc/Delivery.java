// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// The parts of a reply on their way to the connection, which asks for the next one when one was
/// written to it: not before the window of the caller let it go. Owned by the connection's event
/// loop.
final class Delivery implements Subscriber<HttpObject>, Subscription {
    private final Subscriber<? super HttpObject> connection;
    private final IntConsumer taken;
    private @Nullable Subscription parts;
    private int underWay;

    /// @param taken hears how many bytes the caller has taken
    Delivery(Subscriber<? super HttpObject> connection, IntConsumer taken) {
        this.connection = connection;
        this.taken = taken;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        parts = subscription;
        connection.onSubscribe(this);
    }

    @Override
    public void onNext(HttpObject part) {
        tellTaken();
        underWay = part instanceof HttpData data ? data.length() : 0;
        connection.onNext(part);
    }

    @Override
    public void request(long more) {
        tellTaken();
        if (parts != null) {
            parts.request(more);
        }
    }

    private void tellTaken() {
        var bytes = underWay;
        underWay = 0;
        if (bytes > 0) {
            taken.accept(bytes);
        }
    }

    @Override
    public void cancel() {
        if (parts != null) {
            parts.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        connection.onError(failure);
    }

    @Override
    public void onComplete() {
        connection.onComplete();
    }
}
