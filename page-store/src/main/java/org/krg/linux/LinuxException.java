// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

/// A system call failed. Says which, with what arguments, and the errno.
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errorNumber;

    LinuxException(String callWithArguments, Errno errno) {
        super(callWithArguments + ": " + errno.name());
        this.errorNumber = errno.number();
    }

    /// {@return why the call failed}
    public Errno errno() {
        return new Errno(errorNumber);
    }
}
