// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

/// The shared memory of a process cannot be taken away from it now; the process goes on as before.
public final class DetachRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final int pid;
    private final String remedy;

    DetachRefused(int pid, String reason, String remedy) {
        super(reason);
        this.pid = pid;
        this.remedy = remedy;
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
