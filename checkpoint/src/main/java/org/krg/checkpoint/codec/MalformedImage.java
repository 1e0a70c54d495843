// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

/// Bytes that are no image of CRIU, or lack what every one of its kind has.
public final class MalformedImage extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedImage(String message) {
        super(message);
    }

    public MalformedImage(String message, Throwable cause) {
        super(message, cause);
    }
}
