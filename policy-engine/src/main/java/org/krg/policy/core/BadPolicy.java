// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

/// A text that is no policy. The message has a line for each thing that is wrong, in the order of
/// the text.
public final class BadPolicy extends Exception {
    private static final long serialVersionUID = 1;

    public BadPolicy(String message) {
        super(message);
    }
}
