// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.Closeable;
import java.io.IOException;

/// How connections end.
final class Channels {
    private Channels() {}

    /// Closes what is of no use any more, whatever it says.
    static void close(Closeable channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // Nobody wants to know.
        }
    }
}
