// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.jspecify.annotations.Nullable;
import org.krg.state.model.Member;

/// A page on its way: first every copy that has to go is given up and the next owner is recorded,
/// then the page is asked for, then it is granted.
final class Transfer {
    final boolean write;

    /// Who gets it; null once they are gone.
    @Nullable Member requester;

    /// Who sends it; null if the requester has it.
    @Nullable Member provider;

    /// Whether it comes from the file of the segment, and nobody has it.
    boolean isLoading;

    /// Who has yet to give up a copy.
    final Members awaited = new Members();

    /// Whether it has yet to be recorded who gets it.
    boolean unrecorded;

    /// Whether the provider was asked.
    boolean dataAsked;

    /// {@return whether its bytes are on their way}
    boolean isAsked() {
        return dataAsked || isLoading;
    }

    Transfer(Ask ask) {
        this.write = ask.write();
        this.requester = ask.member();
    }
}
