// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.Locale;
import org.krg.state.model.StartFault;

/// What went wrong, said so that its reader knows what to do.
///
/// @param cause the first real error
/// @param remedy what the user can do
/// @param next what was done about it: in which state the process is now
/// @param log the file that tells more; empty if there is none
public record Failure(
        Phase phase, Code code, String cause, String remedy, String next, String log) {
    /// How far it had come.
    public enum Phase {
        PREFLIGHT,
        FREEZE,
        DUMP,
        FILES,
        STORE,
        COPY,
        FETCH,
        RESTORE,
        EXPORT,
        IMPORT
    }

    /// What kind of failure it is.
    public enum Code {
        /// The process holds something that cannot be saved.
        BLOCKED,
        /// The engine is not offered here, or saves nothing.
        NO_ENGINE,
        /// CRIU does not know this kernel.
        CRIU_TOO_OLD,
        /// CRIU finds something missing in this kernel.
        CRIU_KERNEL,
        /// A pid the process needs is taken.
        PID_BUSY,
        /// Terminals and sessions.
        TERMINAL,
        /// Namespaces are mixed up: a fault of krg.
        NAMESPACES,
        /// A TCP connection cannot be saved or brought back.
        TCP,
        /// An address the process uses is not on this node, or is in use.
        ADDRESS,
        /// A unix socket is connected to a process outside.
        UNIX_PEER,
        /// A descriptor of a kind that cannot be saved.
        DESCRIPTOR,
        /// A deleted file is larger than the limit.
        GHOST_LIMIT,
        /// Files open for writing are larger than the limit.
        FILE_LIMIT,
        /// A file is not what it was.
        FILE_MISMATCH,
        /// A file cannot take the place of another one.
        SUBSTITUTE,
        /// The tasks did not stand still in time.
        FREEZE_TIMEOUT,
        /// The processor lacks something the process uses.
        CPU_MISMATCH,
        /// A privilege is missing.
        PRIVILEGE,
        /// No space on the disk.
        DISK_FULL,
        /// Stored data is damaged and no copy is good.
        CORRUPT,
        /// It is not signed by a node that is believed.
        NOT_TRUSTED,
        /// It is of a form that this version does not know.
        UNKNOWN_FORM,
        /// It says what must not be done.
        HOSTILE,
        /// No node has it.
        NOT_FOUND,
        /// Fewer copies than asked for.
        TOO_FEW_COPIES,
        /// It took too long and was stopped; the process may be damaged.
        SUSPECT,
        /// A file of this node cannot be read or written.
        IO,
        /// For a cause that nobody knows, where CRIU, the kernel or the processor is another one
        /// than where it was saved.
        UNLIKE,
        /// None of the above.
        OTHER;

        /// {@return whose fault it is that a process could not be brought back because of this}
        public StartFault fault() {
            return switch (this) {
                case BLOCKED, CORRUPT, NOT_TRUSTED, HOSTILE -> StartFault.CHECKPOINT;
                case NO_ENGINE,
                        CRIU_TOO_OLD,
                        CRIU_KERNEL,
                        ADDRESS,
                        FILE_MISMATCH,
                        SUBSTITUTE,
                        FREEZE_TIMEOUT,
                        CPU_MISMATCH,
                        PRIVILEGE,
                        DISK_FULL,
                        UNKNOWN_FORM,
                        NOT_FOUND,
                        IO,
                        UNLIKE ->
                        StartFault.NODE;
                case PID_BUSY,
                        TERMINAL,
                        NAMESPACES,
                        TCP,
                        UNIX_PEER,
                        DESCRIPTOR,
                        GHOST_LIMIT,
                        FILE_LIMIT,
                        TOO_FEW_COPIES,
                        SUSPECT,
                        OTHER ->
                        StartFault.UNKNOWN;
            };
        }
    }

    /// {@return the same with what was done about it}
    public Failure withNext(String done) {
        return new Failure(phase, code, cause, remedy, done, log);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(phase.name().toLowerCase(Locale.ROOT)).append(" failed: ").append(cause);
        append(text, ". ", remedy);
        append(text, ". ", next);
        append(text, ". Log: ", log);
        return text.toString();
    }

    private static void append(StringBuilder text, String before, String more) {
        if (!more.isEmpty()) {
            text.append(before).append(more);
        }
    }
}
