// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// How a stream of bytes becomes smaller.
public interface Compression {
    /// {@return a stream that writes to `out`; closing it ends what it wrote and leaves `out` open}
    OutputStream compressed(OutputStream out) throws IOException;

    /// {@return what was written into `in`; it uses little memory, whatever `in` says}
    InputStream expanded(InputStream in) throws IOException;

    /// {@return the most that so many bytes can become}
    long mostBytes(long bytes);
}
