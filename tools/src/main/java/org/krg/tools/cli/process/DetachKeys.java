// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.io.ByteArrayOutputStream;

/// Looks for Ctrl-P Ctrl-Q among what is typed. A Ctrl-P waits for the next key: that decides
/// whether it is the program's.
final class DetachKeys {
    private static final int CTRL_P = 0x10;
    private static final int CTRL_Q = 0x11;

    private boolean isHalf;

    /// What is the program's of some keys.
    ///
    /// @param detached whether the rest is nobody's
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Typed(byte[] bytes, boolean detached) {}

    Typed take(byte[] keys, int count) {
        var program = new ByteArrayOutputStream(count + 1);
        for (var i = 0; i < count; i++) {
            if (isHalf && keys[i] == CTRL_Q) {
                return new Typed(program.toByteArray(), true);
            }
            if (isHalf) {
                program.write(CTRL_P);
            }
            isHalf = keys[i] == CTRL_P;
            if (!isHalf) {
                program.write(keys[i]);
            }
        }
        return new Typed(program.toByteArray(), false);
    }
}
