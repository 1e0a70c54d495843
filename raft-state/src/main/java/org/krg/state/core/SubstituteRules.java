// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Substitute;

/// Decides which files a generation is restored with in the place of those it was saved with. They
/// are part of its record: whoever restores it, and however often, does it with them.
final class SubstituteRules {
    private SubstituteRules() {}

    /// {@return why a process cannot be restored with the files that are asked for} Whether they
    /// are there is found out where it is restored.
    static Optional<Decision> problem(
            ClusterImage image, HostedProcess process, RestoreFrom restore) {
        var wanted = restore.substitutes();
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        var spec = image.jobs().require(process.job()).spec();
        if (spec.isParallel()) {
            return refuse(
                    Refusal.CONFLICT,
                    Text.of(image, process)
                            + " is one of several ranks, which go back with the files that they had;"
                            + " leave --substitute-fd out");
        }
        if (spec.checkpoint().engine() != Engine.CRIU) {
            return refuse(
                    Refusal.CONFLICT,
                    Text.of(image, process)
                            + " is started again and opens its files itself; give it other paths"
                            + " instead of --substitute-fd");
        }
        if (wanted.size() > Substitute.MOST) {
            return refuse(
                    Refusal.INVALID,
                    "%d files are to be replaced, at most %d may be; name fewer"
                            .formatted(wanted.size(), Substitute.MOST));
        }
        return twice(wanted)
                .flatMap(what ->
                        refuse(
                                Refusal.INVALID,
                                what + " is to be replaced by two files; name one"));
    }

    private static Optional<String> twice(List<Substitute> wanted) {
        var seen = new TreeSet<String>();
        return wanted.stream()
                .map(substitute -> substitute.what().toString())
                .filter(what -> !seen.add(what))
                .findFirst();
    }

    /// {@return the event that has a generation restored with these files from now on, or with its
    /// own if there are none; empty if that is so already}
    static Optional<GenerationEvent> chosen(Generation generation, List<Substitute> wanted) {
        if (generation.substitutes().equals(wanted)) {
            return Optional.empty();
        }
        var detail =
                wanted.isEmpty()
                        ? "it is restored with the files it was saved with"
                        : "it is restored with "
                                + String.join(
                                        ", ", wanted.stream().map(Substitute::toString).toList());
        return Optional.of(
                new GenerationEvent.Changed(
                        generation.withSubstitutes(wanted), Text.bounded(detail)));
    }

    private static Optional<Decision> refuse(Refusal refusal, String detail) {
        return Optional.of(Decision.refuse(refusal, detail));
    }
}
