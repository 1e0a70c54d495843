// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A SHA-256 digest as 64 lower-case hexadecimal digits.
public record Sha256(String hex) {
    public Sha256 {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not a SHA-256 digest: \"" + hex + "\"");
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
