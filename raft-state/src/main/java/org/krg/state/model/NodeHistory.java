// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// How reliable a node was, as the cluster saw it.
///
/// @param losses how often it was lost while it was ready
/// @param served how long it was ready, up to when its state changed last
public record NodeHistory(long losses, Duration served) {
    /// Of a node that is new.
    public static final NodeHistory NONE = new NodeHistory(0, Duration.ZERO);

    /// {@return this history after a span in which the node was ready} A clock that went back adds
    /// nothing.
    public NodeHistory afterServing(Duration span) {
        return span.isNegative() ? this : new NodeHistory(losses, served.plus(span));
    }

    /// {@return this history after one more loss}
    public NodeHistory afterLoss() {
        return new NodeHistory(losses + 1, served);
    }
}
