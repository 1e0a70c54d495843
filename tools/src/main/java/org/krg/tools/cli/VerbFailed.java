// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import org.krg.state.DiskFailed;

/// A verb that cannot do what it was asked, told in two lines: what and why, and what to do.
public final class VerbFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String what;
    private final String remedy;
    private final int exit;

    /// @param exit one of [ExitCode]
    /// @param what what was attempted and why it failed
    /// @param remedy what the user can do; may be empty
    public VerbFailed(int exit, String what, String remedy) {
        super(what);
        this.exit = exit;
        this.what = what;
        this.remedy = remedy;
    }

    /// {@return what to say when a file, or standard output, does not take what comes}
    ///
    /// @param what its name
    public static VerbFailed cannotWrite(String what, IOException why) {
        var reason = why instanceof FileSystemException ? why.toString() : why.getMessage();
        boolean ofDisk = DiskFailed.faultOf(why).isPresent();
        return new VerbFailed(
                ofDisk ? ExitCode.DISK : ExitCode.FAILED,
                "cannot write " + what + ": " + reason,
                ofDisk ? "see that there is room, or write it elsewhere" : "");
    }

    @Override
    public String getMessage() {
        return what;
    }

    /// {@return what the user can do; may be empty}
    public String remedy() {
        return remedy;
    }

    /// {@return the exit code}
    public int exit() {
        return exit;
    }
}
