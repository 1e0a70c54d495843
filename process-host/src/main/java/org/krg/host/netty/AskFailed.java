// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

/// Another node was asked and gave no answer that helps. What it was asked for may have happened.
final class AskFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    AskFailed(String message) {
        super(message);
    }
}
