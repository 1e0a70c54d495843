// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import org.krg.state.model.StartFault;

/// An operation that cannot be done, said so that its user knows what, why and what to do.
public final class HostFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;
    private final String what;
    private final String remedy;
    private final StartFault fault;

    /// What kind of failure it is; each has the exit code that `krg-admin` ends with.
    public enum Code {
        /// Anything that has no code of its own.
        FAILED(1),
        /// The request makes no sense as it is.
        USAGE(2),
        /// What it names does not exist (here).
        NOT_FOUND(3),
        /// The caller may not do it.
        NOT_PERMITTED(4),
        /// The state moved on, or forbids it.
        CONFLICT(5),
        /// No node can take it now.
        CANNOT_BE_PLACED(6),
        /// It took too long; it may still happen.
        TIMED_OUT(7),
        /// No majority, or the node in question is out of reach.
        NO_QUORUM(8),
        /// The process holds something that cannot be saved.
        NOT_CHECKPOINTABLE(9),
        /// Stored data is damaged.
        CORRUPT(11),
        /// The disk is full, read-only, or fails.
        DISK(12),
        /// This node was removed from the cluster, or replaced.
        REMOVED(13),
        /// The program is there and cannot be executed by its user.
        NOT_EXECUTABLE(126),
        /// There is no such program.
        PROGRAM_NOT_FOUND(127);

        private final int exit;

        Code(int exit) {
            this.exit = exit;
        }

        /// {@return what `krg-admin` exits with}
        public int exit() {
            return exit;
        }
    }

    /// @param message what was attempted and why it failed
    /// @param remedy what the user can do; may be empty
    public HostFailure(Code code, String message, String remedy) {
        super(message);
        this.code = code;
        this.what = message;
        this.remedy = remedy;
        this.fault = StartFault.UNKNOWN;
    }

    public HostFailure(Code code, String message, String remedy, Throwable cause) {
        this(code, message, remedy, StartFault.UNKNOWN, cause);
    }

    private HostFailure(
            Code code, String message, String remedy, StartFault fault, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.what = message;
        this.remedy = remedy;
        this.fault = fault;
    }

    /// {@return this failure, as the reason why a process could not be brought back}
    public HostFailure blaming(StartFault whose) {
        return new HostFailure(code, what, remedy, whose, this);
    }

    @Override
    public String getMessage() {
        return what;
    }

    /// {@return the kind of failure}
    public Code code() {
        return code;
    }

    /// {@return what the user can do; may be empty}
    public String remedy() {
        return remedy;
    }

    /// {@return whose fault it is where a process could not be brought back from a checkpoint}
    public StartFault fault() {
        return fault;
    }
}
