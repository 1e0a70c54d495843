// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.Meter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.krg.state.ThreadLost;
import org.krg.state.model.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices the death of the leader's process at once, instead of after an election timeout.
///
/// A voter keeps a connection to the leader's Raft port open and says nothing on it. When the
/// process dies its kernel ends the connection; when nobody listens on the port any more either,
/// the process is gone, and an election begins as if the leader had asked for one before it left
/// (Ongaro, 3.10). Elections are safe at any time, so a wrong guess costs an election and no more.
/// A leader that hangs or is cut off keeps its connection: it is replaced by the election timeout.
///
/// Voters take turns, each a little later than the one before, so that votes are not split. Who
/// lacks an entry that another one has lets that one go first: it would not be elected, and would
/// have the other wait for its own election timeout. So would two who stand in the same term, which
/// they do when the first one is slow: who hears of another's new term gives way as well.
final class LeaderProbe implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration CONNECT = Duration.ofSeconds(1);

    /// An election takes a few tens of milliseconds.
    private static final Duration TURN = Duration.ofMillis(150);

    /// Who takes longer to answer is not waited for.
    private static final Duration ANSWER = TURN.dividedBy(2);

    private static final Logger log = LoggerFactory.getLogger(LeaderProbe.class);

    private final RatisMember member;
    private final RaftServer.Division division;
    private final Meter hints;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Socket open;

    LeaderProbe(String name, RatisMember member, Meter hints) {
        this.member = member;
        this.division = member.division();
        this.hints = hints;
        this.thread =
                Thread.ofPlatform()
                        .name(name + "-probe")
                        .daemon()
                        .start(ThreadLost.told(this::run));
    }

    private record Target(RaftPeerId leader, long term, HostPort address) {}

    private void run() {
        while (!closed) {
            var target = target();
            if (target == null) {
                LockSupport.parkNanos(LOOK.toNanos());
            } else {
                watch(target);
            }
        }
    }

    /// {@return the leader that this node would have to replace}
    private @Nullable Target target() {
        var term = division.getInfo().getCurrentTerm();
        var leader = division.getInfo().getLeaderId();
        if (leader == null || leader.equals(division.getId()) || !votes()) {
            return null;
        }
        var peer = division.getRaftConf().getPeer(leader);
        return peer == null ? null : new Target(leader, term, HostPort.parse(peer.getAddress()));
    }

    private boolean votes() {
        return division.getInfo().isFollower()
                && division.getRaftConf().getCurrentPeers().stream()
                        .anyMatch(peer -> peer.getId().equals(division.getId()));
    }

    private boolean isPresent(Target target) {
        return !closed && target.equals(target());
    }

    private void watch(Target target) {
        var reached = false;
        while (isPresent(target)) {
            try (var socket = new Socket()) {
                open = socket;
                socket.connect(
                        new InetSocketAddress(target.address().host(), target.address().port()),
                        (int) CONNECT.toMillis());
                reached = true;
                awaitEnd(target, socket);
            } catch (ConnectException refused) {
                if (reached && isPresent(target)) {
                    replace(target);
                    return;
                }
            } catch (IOException broken) {
                log.debug("the connection to the leader ended target={}", target, broken);
            }
            LockSupport.parkNanos(reached ? 0 : LOOK.toNanos());
        }
    }

    private void awaitEnd(Target target, Socket socket) throws IOException {
        socket.setSoTimeout((int) LOOK.toMillis());
        while (isPresent(target)) {
            try {
                if (socket.getInputStream().read() < 0) {
                    return;
                }
            } catch (SocketTimeoutException quiet) {
                // Look whether it still leads.
            }
        }
    }

    private void replace(Target target) {
        var others = others(target.leader());
        LockSupport.parkNanos(turn(others) * TURN.toNanos());
        if (isPresent(target) && givesWay(target, others)) {
            LockSupport.parkNanos((others.size() + 1) * TURN.toNanos());
        }
        if (isPresent(target)) {
            hints.mark();
            log.info(
                    "the leader's process is gone leader={} term={}",
                    target.leader(),
                    target.term());
            member.startElection(target.leader(), target.term());
        }
    }

    private List<RaftPeerId> others(RaftPeerId leader) {
        return division.getRaftConf().getCurrentPeers().stream()
                .map(RaftPeer::getId)
                .filter(id -> !id.equals(leader) && !id.equals(division.getId()))
                .toList();
    }

    private long turn(List<RaftPeerId> others) {
        return others.stream()
                .filter(id -> id.toString().compareTo(division.getId().toString()) < 0)
                .count();
    }

    /// {@return whether a voter that answers soon stands already, or has an entry that this node
    /// lacks}
    private boolean givesWay(Target target, List<RaftPeerId> others) {
        var answers = new LinkedBlockingQueue<Optional<RequestVoteReplyProto>>();
        for (var other : others) {
            var _ =
                    Thread.ofVirtual()
                            .name("ask-voter")
                            .start(() -> answers.add(member.ask(other)));
        }
        var end = System.nanoTime() + ANSWER.toNanos();
        try {
            for (var _ : others) {
                var answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (answer != null && answer.filter(it -> goesFirst(target, it)).isPresent()) {
                    return true;
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private boolean goesFirst(Target target, RequestVoteReplyProto other) {
        var own = division.getRaftLog().getLastEntryTermIndex();
        return other.getTerm() > target.term()
                || (other.hasLastEntry()
                        && (own == null
                                || own.compareTo(TermIndex.valueOf(other.getLastEntry())) < 0));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        var socket = open;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                log.debug("the connection to the leader was broken already", gone);
            }
        }
    }
}
