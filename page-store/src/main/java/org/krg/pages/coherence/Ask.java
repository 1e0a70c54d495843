// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.krg.state.model.Member;

/// Who wants a page.
///
/// @param touched whether a process stands still for it
record Ask(Member member, boolean write, boolean touched) {
    /// {@return both of a member}
    Ask with(Ask other) {
        return new Ask(member, write || other.write, touched || other.touched);
    }

    /// {@return the same, to write}
    Ask toWrite() {
        return new Ask(member, true, touched);
    }
}
