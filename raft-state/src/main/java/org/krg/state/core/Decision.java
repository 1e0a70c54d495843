// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.command.Refusal;
import org.krg.state.event.Event;

/// What the rules say to a command.
public sealed interface Decision {
    /// It takes effect by `events`; without any it was granted before, and the revision stays.
    ///
    /// @param created the number of the job or lease it made, or which start of its agent a node
    ///   registered; else 0
    record Accept(List<Event> events, long created) implements Decision {
        public Accept {
            events = List.copyOf(events);
        }
    }

    /// It changes nothing; `detail` is a sentence that tells the user what to do.
    record Refuse(Refusal refusal, String detail) implements Decision {}

    /// {@return an acceptance that creates nothing}
    static Decision accept(Event... events) {
        return new Accept(List.of(events), 0);
    }

    /// {@return a refusal}
    static Decision refuse(Refusal refusal, String detail) {
        return new Refuse(refusal, detail);
    }
}
