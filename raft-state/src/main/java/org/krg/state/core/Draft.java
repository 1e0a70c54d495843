// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.event.Event;
import org.krg.state.image.ClusterImage;

/// The events of one decision so far, and the image they make. Local to one call of a rule.
final class Draft {
    private final List<Event> events = new ArrayList<>();
    private ClusterImage image;

    Draft(ClusterImage image) {
        this.image = image;
    }

    ClusterImage image() {
        return image;
    }

    void add(Event event) {
        events.add(event);
        image = ClusterStateMachine.fold(image, event);
    }

    Decision accept() {
        return new Decision.Accept(events, 0);
    }

    Decision accept(long created) {
        return new Decision.Accept(events, created);
    }
}
