// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import org.krg.checkpoint.CellView;

/// What CRIU runs at each stage of a restore, as shell scripts.
final class RestoreActions {
    /// Processes made after it must not take the pids that the tools of the next restore need.
    private static final String KEEP_PIDS_FREE =
            """
            keep_pids_free() {
                [ "$(cat /proc/sys/kernel/ns_last_pid)" -ge 299 ] ||
                    echo 299 >/proc/sys/kernel/ns_last_pid
            }
            """;

    /// Both ends of a connection within the cell come back one after the other: what the first one
    /// sends again before the other one is there would be answered with a reset. Their network is
    /// the cell's own, so that all of its loopback device can be held. It refuses packets rather
    /// than lose them: who sent one tries again soon (tcp(7)). At `post-restore` all sockets are
    /// there, and none of them has sent anything by itself yet.
    private static final String HOLD_LOOPBACK =
            """
            export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            hold_loopback() { tc qdisc replace dev lo root pfifo limit 0; }
            free_loopback() { tc qdisc delete dev lo root; }
            """;

    private static final String HOLD_NOTHING =
            """
            hold_loopback() { :; }
            free_loopback() { :; }
            """;

    private RestoreActions() {}

    /// {@return the actions of a program that is to run at once}
    static String running(CellView cell) {
        return begin(cell)
                + """
                case "$CRTOOLS_SCRIPT_ACTION" in
                pre-restore) hold_loopback ;;
                post-restore) free_loopback ;;
                pre-resume) keep_pids_free ;;
                esac
                """;
    }

    /// {@return the actions of a program that is to stand still}
    ///
    /// Before `pre-resume` its tasks must run to get to where they were; there each of them is
    /// stopped by ptrace at the end of its last system call, and a cgroup that is frozen then holds
    /// them when CRIU lets them go. CRIU was made in the cgroup, as its children are: it and the
    /// script leave it at `post-restore`, the last stage that can fail, where nothing of the
    /// program can run yet. CRIU goes on whatever `pre-resume` says: if the cgroup does not freeze,
    /// its processes are killed.
    static String frozen(CellView cell) {
        return begin(cell)
                + """
                case "$CRTOOLS_SCRIPT_ACTION" in
                pre-restore) hold_loopback ;;
                post-restore)
                    free_loopback &&
                        echo $PPID >'INIT/cgroup.procs' &&
                        echo $$ >'INIT/cgroup.procs' &&
                        echo 0 >'APP/cgroup.freeze' ;;
                pre-resume)
                    keep_pids_free
                    echo 1 >'APP/cgroup.freeze' || echo 1 >'APP/cgroup.kill' ;;
                esac
                """
                        .replace("INIT", quoted(cell.initCgroup().toString()))
                        .replace("APP", quoted(cell.appCgroup().toString()));
    }

    private static String begin(CellView cell) {
        return "#!/bin/sh\n"
                + KEEP_PIDS_FREE
                + (cell.hasOwnAddress() ? HOLD_LOOPBACK : HOLD_NOTHING);
    }

    // Inside single quotes.
    private static String quoted(String path) {
        return path.replace("'", "'\\''");
    }
}
