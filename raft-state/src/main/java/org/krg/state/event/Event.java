// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

/// A fact: what an accepted command changed.
public sealed interface Event
        permits NodeEvent,
                JobEvent,
                ProcessEvent,
                MigrationEvent,
                GenerationEvent,
                LeaseEvent,
                AccessEvent,
                SegmentEvent,
                PolicyEvent {
    /// {@return a sentence part for people, may be empty}
    String detail();
}
