// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// How much a program has written to its standard streams.
public record StreamSizes(long stdoutBytes, long stderrBytes) {
    public StreamSizes {
        if (stdoutBytes < 0 || stderrBytes < 0) {
            throw new IllegalArgumentException("negative size");
        }
    }
}
