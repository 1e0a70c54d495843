// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.krg.state.command.KeyResult;
import org.krg.state.command.RangeRead;
import org.krg.state.image.KeyState;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// Users' keys, as one node reads and watches them. They are written by
/// [org.krg.state.command.KeyCommand]s through [ClusterStore#submit].
///
/// All methods may be called from any thread. Nothing blocks.
public interface KeySpace {
    /// Reads keys as `principal`.
    ///
    /// @param linearizable whether the answer must be at least as new as every reply given anywhere
    ///   before the call; else it is this replica's, and may be old
    /// @return fails with [ClusterStore.NoQuorum], [ClusterStore.Compacted], [FutureRevision],
    ///   [TooLarge] or [NotPermitted]
    default CompletableFuture<Answer> range(
            String principal, RangeRead read, boolean linearizable) {
        return range(principal, read, linearizable, _ -> {});
    }

    /// Reads keys like the other one, and counts what it finds before more is read.
    ///
    /// @param counting is told bytes of memory that keys and values take ([KeyValue#weight]), some
    ///   KiB at a time, on the thread that reads; what it throws ends the read
    /// @return fails also with what `counting` throws
    CompletableFuture<Answer> range(
            String principal, RangeRead read, boolean linearizable, LongConsumer counting);

    /// Tells `listener` of each change of the keys in `range` from a revision on, in order, each
    /// once, all changes of one revision together; one call at a time.
    ///
    /// Throws [NotPermitted]. When the listener is too slow the watch falls behind and catches up
    /// from storage; when what it needs is compacted meanwhile, it ends with [Notice.Ended].
    Watch watch(String principal, WatchSpec spec, Consumer<Notice> listener);

    /// {@return a digest over the keys as they were at a revision, [Revision#ZERO] for the present
    /// one, equal on all replicas} Fails as [#range].
    CompletableFuture<KeysHash> hash(Revision revision);

    /// {@return the keys that go when a lease ends, at least as new as every reply given anywhere
    /// before the call} Fails with [ClusterStore.NoQuorum].
    CompletableFuture<List<Bytes>> keysOf(LeaseId lease);

    /// {@return how large it is here}
    Size size();

    /// {@return who holds how much and may hold how much, at least as new as every reply given
    /// anywhere before the call} Fails with [ClusterStore.NoQuorum].
    CompletableFuture<Quotas> quotas();

    /// What was read.
    ///
    /// @param revision of the state that was read: the present one of this replica, also when an
    ///   older revision was asked for
    record Answer(Revision revision, KeyResult.Found found) {}

    /// What is watched.
    ///
    /// @param from the first revision whose changes are told; empty for those after the call
    /// @param previous whether each change has what was there before
    /// @param puts whether puts are told
    /// @param deletes whether deletes are told
    /// @param bookmarks whether the listener is told now and then how far it is
    record WatchSpec(
            KeyRange range,
            Optional<Revision> from,
            boolean previous,
            boolean puts,
            boolean deletes,
            boolean bookmarks) {}

    /// A change of one key.
    ///
    /// @param now its value, or with version 0 and an empty value that it was deleted, then
    ///   `modified` is the revision of the deletion
    /// @param before where that was asked for and is not compacted
    record Change(KeyValue now, Optional<KeyValue> before) {
        public boolean isDelete() {
            return now.version() == 0;
        }

        /// {@return the bytes of memory that it takes while a reply is made of it, about}
        public long weight() {
            return now.weight() + before.map(KeyValue::weight).orElse(0L);
        }
    }

    /// What a watch says.
    sealed interface Notice {
        /// All changes up to and with `revision` that were not told yet.
        record Changes(Revision revision, List<Change> changes) implements Notice {
            public Changes {
                changes = List.copyOf(changes);
            }
        }

        /// There is nothing else up to and with `revision`.
        record Bookmark(Revision revision) implements Notice {}

        /// It is over: changes that were to be told are compacted, or the principal may not read
        /// them any more.
        record Ended(RuntimeException why) implements Notice {}
    }

    /// A running watch; closing it ends the calls.
    interface Watch extends AutoCloseable {
        /// {@return the revision after which the watch tells everything}
        Revision after();

        /// Has a [Notice.Bookmark] told once everything up to the present revision was.
        void bookmark();

        @Override
        void close();
    }

    /// A digest over the keys.
    ///
    /// @param revision up to which changes are in it
    /// @param compacted up to which old versions are left out
    record KeysHash(Revision revision, Revision compacted, int digest) {}

    /// How large the key space is on this replica.
    ///
    /// @param keys that exist now
    /// @param bytes of keys and values that exist now
    /// @param compacted old versions up to and with this revision are gone
    record Size(long keys, long bytes, Revision compacted) {}

    /// Who holds and may hold how much.
    ///
    /// @param state with the accounts of those who hold something or have a limit of their own
    record Quotas(Revision revision, KeyState state) {}

    /// The revision is not there yet.
    final class FutureRevision extends RuntimeException {
        private static final long serialVersionUID = 1;

        public FutureRevision(Revision asked, Revision present) {
            super("revision " + asked + " is in the future: the present one is " + present);
        }
    }

    /// There is more to answer than fits.
    final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1;

        public TooLarge(long bytes) {
            super("the answer has more than " + bytes + " bytes; read in parts, with a limit");
        }
    }

    /// The principal may not do this.
    final class NotPermitted extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NotPermitted(String message) {
            super(message);
        }
    }
}
