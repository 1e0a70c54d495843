// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What became of the certificates of a node's name.
///
/// @param voidUpTo those up to this number are void
/// @param newest the number of the one that was given last to who showed a token; 0: none was
public record NodeCertificates(long voidUpTo, long newest) {
    /// None was given by a token, and none is void: not that of the cluster's making, 0, either.
    public static final NodeCertificates NONE = new NodeCertificates(-1, 0);

    /// {@return what holds once another one was given, which voids those before}
    public static NodeCertificates given(long number) {
        return new NodeCertificates(number - 1, number);
    }

    /// {@return this with all up to a number void}
    public NodeCertificates voided(long upTo) {
        return new NodeCertificates(upTo, newest);
    }

    /// {@return whether the one that was given last counts}
    public boolean isNewestValid() {
        return newest > voidUpTo;
    }
}
