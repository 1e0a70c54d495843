// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import org.krg.state.command.Command;

/// A sample of each command, for tests of other packages. That none is missing is [CodecTest]'s to
/// show.
public final class AllCommands {
    private AllCommands() {}

    /// {@return one command of each kind}
    public static List<Command> samples() {
        return Everything.commands();
    }
}
