// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// The disk does not take or give back what it should: it is full, read-only, or fails.
public final class DiskFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Fault fault;

    /// What is wrong with a disk.
    public enum Fault {
        /// ENOSPC, EDQUOT, or less room than a node needs to start.
        FULL("the disk is full", "make room on it, then start the agent again"),
        /// EROFS.
        READ_ONLY(
                "the disk is read-only",
                "see the kernel's log for why; check the file system and mount it for writing"),
        /// EIO.
        FAILING(
                "the disk fails",
                "replace it; let the node come back on another one with krg-admin state rejoin"),
        /// A write that neither succeeds nor fails.
        STALLED(
                "the disk does not answer",
                "see the kernel's log for why; start the agent again when it does, or replace the"
                        + " disk and let the node come back with krg-admin state rejoin");

        private final String text;
        private final String remedy;

        Fault(String text, String remedy) {
            this.text = text;
            this.remedy = remedy;
        }

        /// {@return what is wrong, as a clause}
        public String text() {
            return text;
        }

        /// {@return what to do}
        public String remedy() {
            return remedy;
        }
    }

    public DiskFailed(Path where, Fault fault, Throwable cause) {
        super(where + ": " + fault.text() + ": " + cause.getMessage(), cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }

    /// {@return what is wrong with the disk, if that is why `failure` came about} Known by what the
    /// C library says, which Java and RocksDB pass on as text.
    public static Optional<Fault> faultOf(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DiskFailed known) {
                return Optional.of(known.fault);
            }
            var text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (text.contains("no space left")
                    || text.contains("disk quota exceeded")
                    || text.contains("nospace")) {
                return Optional.of(Fault.FULL);
            }
            if (text.contains("read-only file system")) {
                return Optional.of(Fault.READ_ONLY);
            }
            if (text.contains("input/output error")) {
                return Optional.of(Fault.FAILING);
            }
        }
        return Optional.empty();
    }
}
