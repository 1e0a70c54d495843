// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import java.util.Optional;
import org.krg.state.event.Event;
import org.krg.state.event.JobEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;

/// Gives up the cuts that another decision makes pointless, in that decision: one is under way only
/// while all ranks run in the epochs it was begun with, on what is saved of them not being in
/// doubt, and nobody wants them to end: what stands still for it cannot see the signal.
final class CutEnds {
    private CutEnds() {}

    /// {@return the decision with the ends that follow from it}
    static Decision with(ClusterImage image, Decision decision) {
        if (!(decision instanceof Decision.Accept(var events, var created))
                || events.stream().noneMatch(CutEnds::concerns)) {
            return decision;
        }
        var active =
                image.jobs().values().stream().filter(job -> job.activeCut().isPresent()).toList();
        if (active.isEmpty()) {
            return decision;
        }
        var draft = new Draft(image);
        events.forEach(draft::add);
        for (var before : active) {
            draft.image()
                    .jobs()
                    .find(before.id())
                    .filter(job -> job.activeCut().isPresent())
                    .ifPresent(job -> end(draft, job, events));
        }
        return draft.accept(created);
    }

    private static boolean concerns(Event event) {
        return event instanceof ProcessEvent || event instanceof NodeEvent || isOrderToEnd(event);
    }

    private static boolean isOrderToEnd(Event event) {
        return event instanceof JobEvent(var kind, _, _) && kind == JobEvent.Kind.STOP_ORDERED;
    }

    private static void end(Draft draft, Job job, List<Event> events) {
        var cut = job.activeCut().orElseThrow();
        var image = draft.image();
        image.processesOf(job.id()).stream()
                .filter(rank -> !goesOn(cut, rank))
                .findFirst()
                .map(rank -> Text.of(image, rank) + " does not run any more")
                .or(() -> job.stop().map(_ -> "it was ordered to end"))
                .or(() -> doubt(cut, events))
                .ifPresent(reason -> draft.add(CutRules.abandoned(job, cut, reason)));
    }

    private static boolean goesOn(GroupCut cut, HostedProcess rank) {
        return rank.phase() instanceof Phase.Running
                && rank.epoch().equals(cut.parts().get(rank.rank()).epoch());
    }

    /// A node that came or went may no longer hold what it was given.
    private static Optional<String> doubt(GroupCut cut, List<Event> events) {
        return events.stream()
                .filter(NodeEvent.class::isInstance)
                .map(event -> ((NodeEvent) event).node().id())
                .filter(node -> holds(cut, node))
                .findFirst()
                .map(node -> "node " + node + " changed, which holds a part of it");
    }

    private static boolean holds(GroupCut cut, NodeId node) {
        return cut.parts().stream()
                .flatMap(part -> part.saved().stream())
                .anyMatch(generation -> generation.copies().contains(node));
    }
}
