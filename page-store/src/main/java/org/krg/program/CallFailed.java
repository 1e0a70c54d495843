// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// A call of `libkrg` that failed; `libkrg.h` says with which numbers, and what they mean.
public final class CallFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    CallFailed(String call, int errno) {
        super(call + ": errno " + errno);
        this.errno = errno;
    }

    /// @throws CallFailed unless the error number is 0
    static void check(String call, int errno) {
        if (errno != 0) {
            throw new CallFailed(call, errno);
        }
    }

    /// {@return the number, as Linux has it}
    public int errno() {
        return errno;
    }
}
