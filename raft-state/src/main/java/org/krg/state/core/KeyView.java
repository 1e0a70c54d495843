// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.image.KeyState;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.LeaseHold;

/// Users' keys as the rules see them: the present ones, and those of each revision that is not
/// compacted.
public interface KeyView extends Keys {
    /// {@return the keys as they were at a revision that is not compacted}
    Keys at(Revision revision);

    /// {@return how much goes when a lease ends}
    LeaseHold hold(LeaseId lease);

    /// {@return the keys that go when a lease ends, in their order}
    List<Bytes> keysOf(LeaseId lease);

    /// {@return what is agreed beside the keys}
    KeyState state();
}
