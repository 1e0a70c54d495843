// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.krg.host.HostFailure;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Subscription;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Revision;

/// This node's copy of the agreed state, to be read and waited for. Safe for use from any thread;
/// methods block.
public final class Replica implements AutoCloseable {
    /// A member that cannot show within this time what it just agreed to is far behind.
    public static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final ClusterStore store;
    private final Subscription subscription;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean closed;

    public Replica(ClusterStore store) {
        this.store = store;
        this.subscription = store.onChange(_ -> wake());
    }

    /// {@return the state as every reply given before left it, or, if `stale`, as it is here}
    public ClusterImage read(boolean stale) {
        return stale ? store.image() : store.read().join();
    }

    /// {@return the state here}
    public ClusterImage image() {
        return store.image();
    }

    /// {@return a state here that is not older than `revision`}
    public ClusterImage atLeast(Revision revision) {
        return await(image -> image.revision().compareTo(revision) >= 0, CATCH_UP)
                .orElseThrow(() ->
                        new UnknownOutcome(
                                "it took effect at revision "
                                        + revision
                                        + ", which this node has not seen yet",
                                new HostFailure(HostFailure.Code.TIMED_OUT, "behind", "")));
    }

    /// {@return the first state here that `wanted` is true of; empty when there is none within
    /// `limit`}
    public Optional<ClusterImage> await(Predicate<ClusterImage> wanted, Duration limit) {
        var left = limit.toNanos();
        lock.lock();
        try {
            for (var image = store.image(); ; image = store.image()) {
                if (wanted.test(image)) {
                    return Optional.of(image);
                }
                if (closed) {
                    throw stopping();
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw stopping();
        } finally {
            lock.unlock();
        }
    }

    /// Ends all waiting.
    @Override
    public void close() {
        subscription.close();
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static HostFailure stopping() {
        return new HostFailure(
                HostFailure.Code.NO_QUORUM, "the agent of this node stops", "ask another node");
    }
}
