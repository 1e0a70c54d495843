// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import org.krg.state.model.SyncRequest;

/// What a thread says on its connection once that is of a segment.
public sealed interface SyncPacket {
    /// It is of that segment from now on: the first it says.
    record Join(Which.Numbered segment) implements SyncPacket {}

    /// It asks for something, and waits for the answer.
    record Ask(SyncRequest request) implements SyncPacket {}

    /// It no longer wants to wait for the answer to what it asked, which still comes.
    record GiveUp() implements SyncPacket {}
}
