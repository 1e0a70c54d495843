// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.krg.state.DiskFailed;
import org.krg.state.engine.Alarms;
import org.krg.state.engine.LastResort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices a disk that neither forces the log nor fails. A leader on it keeps its followers with
/// heartbeats and answers nobody: after each quarter of the limit it hands the leadership on, at
/// the limit the process ends, as if the disk had failed.
///
/// Its thread never waits for the disk: what may (the log of the agent lies on some disk, too) is
/// done by others, and what it says and does then is made before: no class can be loaded from a
/// disk that hangs.
final class SyncWatch implements AutoCloseable {
    private static final String ALARM = "disk_stalled";
    private static final int LOOKS = 20;
    private static final Logger log = LoggerFactory.getLogger(SyncWatch.class);

    private final RatisMember member;
    private final Membership membership;
    private final LastResort lastResort;
    private final Executor executor;
    private final Duration limit;
    private final Duration patience;
    private final DiskFailed stalled;
    private final Runnable raises;
    private final Runnable lowers;
    private final Runnable handsOver;
    private final ToForce toForce;
    private final Standstill standstill;
    private final PeriodicTasks task;
    private int warnings;
    private boolean ended;

    /// @param limit zero: the disk may take as long as it likes
    SyncWatch(
            String name,
            RatisMember member,
            RatisStateMachine machine,
            Membership membership,
            Alarms alarms,
            LastResort lastResort,
            Executor executor,
            Duration limit) {
        this.member = member;
        this.membership = membership;
        this.lastResort = lastResort;
        this.executor = executor;
        this.limit = limit;
        this.toForce =
                new ToForce(
                        machine::forcing,
                        () -> member.division().getRaftLog().getNextIndex() - 1,
                        executor);
        this.patience = limit.dividedBy(4);
        this.stalled =
                new DiskFailed(
                        member.current(),
                        DiskFailed.Fault.STALLED,
                        new IOException("nothing was forced for %.0f s".formatted(seconds(limit))));
        var sentence =
                "the disk of %s has forced nothing of the log for %.0f s; the node ends after %.0f s"
                        .formatted(member.current(), seconds(patience), seconds(limit));
        this.raises = () -> alarms.raise(ALARM, sentence);
        this.lowers = () -> alarms.lower(ALARM);
        this.handsOver = this::handOver;
        var between = limit.dividedBy(LOOKS);
        this.standstill = new Standstill(between.multipliedBy(2));
        this.task = new PeriodicTasks(name + "-sync-watch");
        if (limit.isPositive()) {
            task.every(between, this::look);
        }
    }

    private void look() {
        var wanted = toForce.look();
        var forced = member.division().getRaftLog().getFlushIndex();
        var stood = standstill.look(wanted, forced, System.nanoTime());
        if (stood.compareTo(limit) >= 0) {
            end();
        } else if (stood.compareTo(patience) >= 0) {
            warn(stood);
        } else if (warnings > 0) {
            warnings = 0;
            executor.execute(lowers);
        }
    }

    /// Once for each time that it was waited for.
    private void warn(Duration stood) {
        if (stood.compareTo(patience.multipliedBy(warnings + 1L)) < 0) {
            return;
        }
        warnings++;
        executor.execute(raises);
        if (member.division().getInfo().isLeader()) {
            executor.execute(handsOver);
        }
    }

    private void handOver() {
        var _ =
                membership
                        .transferLeadership(Optional.empty())
                        .whenComplete((_, failed) -> {
                            if (failed != null) {
                                log.warn("the leadership is not handed on", failed);
                            }
                        });
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        lastResort.end("the Raft log is not forced to the disk", stalled);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    @Override
    public void close() {
        task.close();
    }
}
