// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

/// The shared memory of a process cannot be taken away from it now; the process goes on as before.
public final class DetachRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final int pid;
    private final String remedy;
    private final boolean isFinal;

    DetachRefused(int pid, String reason, String remedy) {
        this(pid, reason, remedy, false);
    }

    private DetachRefused(int pid, String reason, String remedy, boolean isFinal) {
        super(reason);
        this.pid = pid;
        this.remedy = remedy;
        this.isFinal = isFinal;
    }

    /// The program itself has said no.
    static DetachRefused byProgram(int pid, String reason, String remedy) {
        return new DetachRefused(pid, reason, remedy, true);
    }

    /// {@return whether it is of no use to try again at once}
    boolean isFinal() {
        return isFinal;
    }

    /// {@return which process is in the way}
    public int pid() {
        return pid;
    }

    /// {@return what can be done about it}
    public String remedy() {
        return remedy;
    }
}
