// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.Refusal;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;
import org.krg.testkit.Samples;

class SubstituteRulesTest {
    private static final Substitute LOG = new Substitute(new OpenFile("/old/log"), "/new/log");
    private static final Substitute INPUT = new Substitute(new Descriptor(5), "/new/input");

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aGenerationIsRestoredWithTheFilesThatWereChosen() {
        var process = saved(Samples.spec());

        scene.accept(restore(process, LOG, INPUT));

        assertThat(substitutes(process, 1)).containsExactly(LOG, INPUT);
    }

    @Test
    void theyHoldAlsoWhereItIsRestoredAgainAfterItsNodeWasLost() {
        var process = saved(Samples.spec());
        scene.accept(restore(process, LOG));
        scene.start(process);

        scene.lose(HOME);

        assertThat(scene.process(process).phase())
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting ->
                                assertThat(waiting.origin()).isEqualTo(new Origin.Checkpoint(1)));
        assertThat(substitutes(process, 1)).containsExactly(LOG);
    }

    @Test
    void whatIsAskedForLaterCountsInTheirPlace() {
        var process = saved(Samples.spec());
        scene.accept(restore(process, LOG));

        scene.accept(restore(process, INPUT));
        assertThat(substitutes(process, 1)).containsExactly(INPUT);

        scene.accept(restore(process));
        assertThat(substitutes(process, 1)).isEmpty();
    }

    @Test
    void theyAreOfOneGenerationOnly() {
        var process = saved(Samples.spec());
        scene.accept(restore(process, LOG));
        scene.start(process);

        scene.commit(process, 2, HOME, AWAY);

        assertThat(substitutes(process, 2)).isEmpty();
        var one = scene.generation(process, 1).orElseThrow();
        assertThat(one.withCopies(List.of(AWAY)).restoreFailed().substitutes())
                .containsExactly(LOG);
    }

    @Test
    void aProgramThatIsStartedAgainOpensItsFilesItself() {
        var process = saved(with(Engine.COOPERATIVE));

        assertThat(scene.refuse(Refusal.CONFLICT, restore(process, LOG)))
                .contains("opens its files itself");
        scene.accept(restore(process));
    }

    @Test
    void aFileIsReplacedByOneOther() {
        var process = saved(Samples.spec());
        var other = new Substitute(LOG.what(), "/other");

        assertThat(scene.refuse(Refusal.INVALID, restore(process, LOG, other)))
                .contains("/old/log")
                .contains("two files");
    }

    @Test
    void thereIsAMostOfThem() {
        var process = saved(Samples.spec());
        var many = new ArrayList<Substitute>();
        for (var fd = 0; fd <= Substitute.MOST; fd++) {
            many.add(new Substitute(new Descriptor(fd), "/other"));
        }

        scene.refuse(Refusal.INVALID, new RestoreFrom(process, 1, scene.now(), false, many));
        many.removeLast();
        scene.accept(new RestoreFrom(process, 1, scene.now(), false, many));
    }

    @Test
    void aNewGenerationHasTheFilesItWasSavedWith() {
        var process = saved(Samples.spec());
        var one = scene.generation(process, 1).orElseThrow();
        scene.start(process);

        var next = Samples.generation(process, 2, scene.process(process).epoch(), HOME, AWAY);
        scene.refuse(Refusal.INVALID, new CommitGeneration(next.withSubstitutes(List.of(LOG)), 2));
        assertThat(one.substitutes()).isEmpty();
    }

    private ProcessId saved(JobSpec spec) {
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);
        return process;
    }

    private RestoreFrom restore(ProcessId process, Substitute... substitutes) {
        return new RestoreFrom(process, 1, scene.now(), false, List.of(substitutes));
    }

    private List<Substitute> substitutes(ProcessId process, long number) {
        return scene.generation(process, number).orElseThrow().substitutes();
    }

    private static JobSpec with(Engine engine) {
        var spec = Samples.spec();
        var policy = spec.checkpoint();
        return Samples.with(
                spec,
                new CheckpointPolicy(
                        engine,
                        policy.schedule(),
                        policy.copies(),
                        policy.fileLimitBytes(),
                        policy.keep(),
                        policy.keepFor()));
    }
}
