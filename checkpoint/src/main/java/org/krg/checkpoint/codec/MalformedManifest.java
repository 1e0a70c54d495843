// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

/// Bytes that are no manifest of a format that is known here.
public final class MalformedManifest extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedManifest(String message) {
        super(message);
    }

    public MalformedManifest(String message, Throwable cause) {
        super(message, cause);
    }
}
