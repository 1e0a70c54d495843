// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.core.MembershipChange;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.BlockId;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;
import org.krg.state.model.Sha256;

/// The agreed state of the cluster, as one node sees and changes it.
///
/// All methods may be called from any thread. Nothing blocks but [#close].
public interface ClusterStore extends AutoCloseable {
    /// Proposes an operation, on the leader by its own log, elsewhere by forwarding it.
    ///
    /// The future completes with a definite [Reply], or exceptionally with [NoQuorum] when the
    /// operation surely took no effect, or with [UnknownOutcome] when it may have: the same
    /// (session, sequence) may then be submitted again, here or on another node.
    CompletableFuture<Reply> submit(Operation operation);

    /// {@return this replica's state: the past of the cluster, never a state that was not agreed}
    ClusterImage image();

    /// {@return a state at least as new as every reply given anywhere before this call} Fails with
    /// [NoQuorum] when no majority confirms it in time.
    CompletableFuture<ClusterImage> read();

    /// Completes when this node, as the leader, has confirmed its leadership with a majority after
    /// the call; waiting calls share one round. Fails with [NoQuorum] on any other node.
    CompletableFuture<Leadership> confirmLeadership();

    /// Has every other node hear at once how far the log is committed, if this node leads; else it
    /// does nothing. They would hear with the next entry or heartbeat.
    void announce();

    /// {@return who leads, as far as this node knows}
    Leadership leadership();

    /// Tells `listener` of every change of [#leadership], the present one first, on one thread, in
    /// order.
    void onLeadership(Consumer<Leadership> listener);

    /// Tells `listener` of every step of this replica's state after the call, on one thread, in
    /// order. A snapshot taken over from the leader is one step without events.
    Subscription onChange(Consumer<ClusterChange> listener);

    /// Tells `listener` of every step of this replica's state after the call by which a thread that
    /// waits for others may have been answered. Called by the thread that applies the log: the
    /// listener only notes that there is something to look at.
    Subscription onSync(Runnable listener);

    /// {@return the events after `revision`, oldest first, at most `limit`} When more than `limit`
    /// remain, the last one's operation is complete, so that the call can go on from its revision.
    /// Throws [Compacted] when some of them are no longer kept.
    List<Recorded> eventsAfter(Revision revision, int limit);

    /// {@return a digest over every row of this replica and the log position it was computed at}
    StateHash hash();

    /// Completes with the digest of this replica's rows as the first entry at or after `index`
    /// leaves them: replicas that were asked in time tell it of the same entry, however much is
    /// written meanwhile. Fails with [AlreadyApplied] when it is too late for that. Waits for ever
    /// when nothing is written.
    CompletableFuture<StateHash> hashAfter(long index);

    /// {@return the members of the Raft group and how far each is, as far as this node knows}
    QuorumStatus quorum();

    /// {@return what an operator should look at though the node goes on, as sentences}
    List<String> alarms();

    /// {@return since when this node knows the present leader, or that there is none}
    Instant leadershipSince();

    /// {@return what the state takes of this node's disk}
    StorageStatus storage();

    /// {@return the owners of a block's pages as far as this replica has applied the log, by page;
    /// none for those that no record is of} Blocks.
    SortedMap<Integer, PageOwner> owners(BlockId block);

    /// Has this replica write a snapshot, as it does by itself after so many entries; nothing is
    /// applied here meanwhile. Completes with the newest one, which is an older one where nothing
    /// was agreed since.
    CompletableFuture<StoredSnapshot> takeSnapshot();

    /// Writes a backup of this replica; blocks until it is written.
    void backup(OutputStream to) throws IOException;

    /// Adds a node to the group as a listener, or makes a listener a voter (at most one change at a
    /// time). Leader only.
    CompletableFuture<Void> admit(NodeId node, String peerId, HostPort raft, Role role);

    /// {@return users' keys on this node}
    KeySpace keys();

    /// Changes who the members are or which of them vote. Leader only. Fails with
    /// [MembershipRefused] when the group could lose its quorum by it, or when it makes no sense.
    CompletableFuture<Void> change(MembershipChange change);

    /// {@return why [#change] would refuse, and behind a semicolon what to do}
    Optional<String> refusal(MembershipChange change);

    /// Hands the leadership to another voter, or to any. Leader only.
    CompletableFuture<Void> transferLeadership(Optional<NodeId> to);

    /// Leaves the group's service and closes the storage; blocks until both are done.
    @Override
    void close();

    /// A running [#onChange]; closing it ends the calls.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /// Who leads.
    ///
    /// @param leader empty while there is none
    /// @param term the Raft term
    /// @param mine whether this node leads and is ready to serve
    record Leadership(Optional<NodeId> leader, long term, boolean mine) {}

    /// A digest over every row.
    ///
    /// @param appliedIndex log index of the last entry in it
    record StateHash(long appliedIndex, Revision revision, Sha256 digest) {}

    /// The rows are further than the digest that was asked for.
    final class AlreadyApplied extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final long index;

        /// @param index of the last entry in the rows
        public AlreadyApplied(long index) {
            super("the rows are at entry " + index + " already");
            this.index = index;
        }

        /// {@return the last entry in the rows}
        public long index() {
            return index;
        }
    }

    /// The Raft group as one node sees it.
    ///
    /// @param commitIndex of this node
    /// @param appliedIndex of this node
    /// @param appliedTime when the leader wrote the newest entry that this node applied since its
    ///   start
    record QuorumStatus(
            Leadership leadership,
            long commitIndex,
            long appliedIndex,
            Optional<Instant> appliedTime,
            List<Member> members) {}

    /// A member of the group.
    ///
    /// @param matchIndex what the leader knows of it; -1 where this node is not the leader
    record Member(NodeId node, String peerId, Role role, long matchIndex) {}

    /// What the state takes of a node's disk.
    ///
    /// @param freeBytes of the disk
    /// @param snapshot the newest one
    /// @param arrivingBytes what is here of a snapshot that the leader is sending
    record StorageStatus(
            long logBytes,
            long rowsBytes,
            long freeBytes,
            Optional<StoredSnapshot> snapshot,
            long arrivingBytes) {
        /// Below this a node warns, and takes in nothing large that is not the cluster's. It ends
        /// when it cannot write, and does not start below 64 MiB.
        public static final long LOW_BYTES = 512L << 20;
    }

    /// A snapshot on a node's disk.
    ///
    /// @param index log index of its last entry
    record StoredSnapshot(long index, Instant taken, long bytes) {}

    /// There is no majority: nothing was changed.
    final class NoQuorum extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NoQuorum(String message) {
            super(message);
        }
    }

    /// A change of the members was refused; nothing was changed. The message says why and, behind a
    /// semicolon, what to do.
    final class MembershipRefused extends RuntimeException {
        private static final long serialVersionUID = 1;

        public MembershipRefused(String message) {
            super(message);
        }
    }

    /// It cannot be told whether the operation took effect.
    final class UnknownOutcome extends RuntimeException {
        private static final long serialVersionUID = 1;

        public UnknownOutcome(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Events that were asked for are no longer kept.
    final class Compacted extends RuntimeException {
        private static final long serialVersionUID = 1;

        /// The first revision from which the history is whole.
        public final transient Revision first;

        public Compacted(Revision first) {
            super(
                    "events before revision "
                            + first
                            + " are no longer kept; start again from the present state");
            this.first = first;
        }
    }
}
