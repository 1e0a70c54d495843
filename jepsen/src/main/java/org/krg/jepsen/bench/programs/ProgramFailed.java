// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

/// A program of a bench did not do its work, or another one than before.
final class ProgramFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProgramFailed(String message) {
        super(message);
    }
}
