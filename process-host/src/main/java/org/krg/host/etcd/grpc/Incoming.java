// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.Parser;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.krg.host.BodyRefused;
import org.krg.host.RequestMemory;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// The messages of a caller on their way to a session, as they arrive, and no more of them than
/// there is room for replies. Owned by the connection's event loop.
final class Incoming<Q> implements Subscriber<HttpObject> {
    private final GrpcSession<Q> session;
    private final GrpcReplies replies;
    private final Parser<Q> parser;
    private final Frames frames;
    private final RequestMemory memory;
    private final EventLoop loop;

    /// Bytes of a message that is not there whole.
    private int held;

    private @Nullable Subscription subscription;

    Incoming(
            GrpcSession<Q> session,
            GrpcReplies replies,
            Parser<Q> parser,
            Frames frames,
            RequestMemory memory,
            EventLoop loop) {
        this.session = session;
        this.replies = replies;
        this.parser = parser;
        this.frames = frames;
        this.memory = memory;
        this.loop = loop;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(HttpObject part) {
        try {
            if (part instanceof HttpData data) {
                frames.add(data.array());
                for (var message = frames.next(parser);
                        message.isPresent();
                        message = frames.next(parser)) {
                    session.accept(message.get());
                }
                hold(frames.held());
            }
            request();
        } catch (RuntimeException failed) {
            replies.fail(failed);
            cancel();
        }
    }

    @Override
    public void onError(Throwable gone) {
        replies.fail(gone);
    }

    @Override
    public void onComplete() {
        try {
            session.end();
        } catch (RuntimeException failed) {
            replies.fail(failed);
        }
    }

    private void hold(int bytes) {
        if (bytes > held && !memory.take(bytes - held)) {
            throw new BodyRefused(BodyRefused.Why.TOO_MANY, "too much is being sent at once");
        }
        memory.give(Math.max(0, held - bytes));
        held = bytes;
    }

    private void request() {
        var more = subscription;
        if (more != null) {
            replies.whenRoom(loop, () -> more.request(1));
        }
    }

    private void cancel() {
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
