// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// A request, or the body of one, was not taken in, so that it had no effect. It has no stack
/// trace: it is an answer, and given in floods.
public final class BodyRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Why why;

    /// What was wrong with it.
    public enum Why {
        /// It is longer than the request may have.
        TOO_LARGE,
        /// What its sender has under way, or all senders have, fills the memory for requests.
        TOO_MANY,
        /// It was not there whole in time.
        TOO_SLOW
    }

    public BodyRefused(Why why, String message) {
        super(message, null, false, false);
        this.why = why;
    }

    /// {@return what was wrong with it}
    public Why why() {
        return why;
    }
}
