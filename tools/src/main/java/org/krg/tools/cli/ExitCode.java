// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

/// What `krg-admin` ends with. With `run --wait` and `wait`, once a job is accepted, it is the
/// program's own code, 128 and the signal, or 125 when krg cannot tell it.
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int NOT_FOUND = 3;
    public static final int NOT_PERMITTED = 4;
    public static final int CONFLICT = 5;
    public static final int CANNOT_BE_PLACED = 6;
    public static final int TIMED_OUT = 7;
    public static final int NO_QUORUM = 8;
    public static final int NOT_CHECKPOINTABLE = 9;
    public static final int PARTIAL = 10;
    public static final int CORRUPT = 11;

    public static final int DISK = 12;

    /// The node whose agent was asked, or was to run, is no member any more.
    public static final int REMOVED = 13;

    /// krg does not know how the program ended.
    public static final int UNKNOWN_OUTCOME = 125;

    /// The list for help texts.
    static final String TEXT =
            """
            Exit codes:
              0    done
              1    failed, or nobody read all that was printed
              2    the command line, or a file that it names, makes no sense
              3    not found
              4    not permitted
              5    conflict: the state forbids it or moved on
              6    cannot be placed
              7    timed out; it may still happen
              8    no quorum, or nobody answers: nothing was changed
              9    the process cannot be checkpointed
              10   done in part
              11   stored data is damaged
              12   the disk is full, read-only, or fails
              13   this node was removed from the cluster, or replaced
              125, 126, 127   run, wait: outcome unknown; program not executable; not
                   found; else the program's own code, 128+N for signal N
            """;

    private ExitCode() {}
}
