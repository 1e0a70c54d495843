// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportPagesKept;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Refusal;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.core.sync.SyncDraft;
import org.krg.state.core.sync.SyncRules;
import org.krg.state.event.Event;
import org.krg.state.event.JobEvent;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.SyncState;
import org.krg.state.image.Table;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockId;
import org.krg.state.model.Caller;
import org.krg.state.model.GroupCut;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.Health;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SavedObject;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.testkit.Samples;

/// Shared memory in cuts of a job whose ranks 0 and 1 have it.
class CutSegmentsTest {
    private static final JobSpec THREE = Samples.spec().withRanks(3);
    private static final List<NodeId> NODES = List.of(Samples.HOME, Samples.AWAY, Samples.THIRD);
    private static final NodeId[] COPIES = {Samples.HOME, Samples.AWAY};
    private static final long SIZE = 4L << 20;

    private final Scene scene = Scene.withThreeNodes();
    private SegmentId grid = new SegmentId(0);
    private ProcessId first = new ProcessId(0);

    @BeforeEach
    void run() {
        grid = create("grid");
        first = scene.submit("jacobi", THREE);
        for (var rank : ranks()) {
            scene.place(rank.id(), NODES.get(rank.rank()));
            scene.start(rank.id());
        }
        hold(grid, Samples.HOME, 1);
        hold(grid, Samples.AWAY, 2);
    }

    @Test
    void ranksGoOnWhenTheFirstThatHasASegmentHasKeptItsPages() {
        var number = begin();
        standStill(number);
        assertThat(cut().isStill()).isTrue();
        assertThat(cut().mayGoOn()).isFalse();
        assertThat(cut().keptBy(0)).extracting(saved -> saved.segment().id()).containsExactly(grid);
        assertThat(cut().keptBy(1)).isEmpty();
        var early =
                new ReportSaved(
                        Samples.generation(rank(2).id(), number, rank(2).epoch(), COPIES), 2);
        assertThat(scene.refuse(Refusal.CONFLICT, early)).contains("not all pages");

        keepPages(0, number);

        assertThat(cut().mayGoOn()).isTrue();
        ranks().forEach(rank -> save(rank, number));
        assertThat(scene.generation(rank(0).id(), 1).orElseThrow().segments()).hasSize(1);
        assertThat(scene.generation(rank(1).id(), 1).orElseThrow().segments()).isEmpty();
    }

    @Test
    void pagesAreNotKeptBeforeAllRanksStandStill() {
        var number = begin();
        still(0, number, new Held(grid, 1));

        var early = new ReportPagesKept(rank(0).id(), rank(0).epoch(), number);

        assertThat(scene.refuse(Refusal.CONFLICT, early)).contains("not all ranks stand still");
    }

    @Test
    void aProcessOutsideOfTheJobThatHasTheSegmentGivesTheCutUp() {
        hold(grid, Samples.THIRD, 1);

        standStill(begin());

        assertThat(reason())
                .contains("a process outside of the job has segment grid open on node n3")
                .contains("end it");
    }

    @Test
    void aSegmentThatIsAFileIsThatFileAgain() {
        var file = new Backing(Samples.HOME, "/srv/kept");
        var kept = takeCutWith(file);

        scene.lose(Samples.THIRD);

        assertThat(named("kept").id()).isNotEqualTo(kept);
        assertThat(named("kept").backing()).contains(file);
        assertThat(named("kept").returning()).isTrue();
    }

    @Test
    void itIsMemoryWhereAnotherSegmentIsTheFileByNow() {
        var file = new Backing(Samples.HOME, "/srv/kept");
        var kept = takeCutWith(file);
        scene.accept(new DestroySegment(kept));
        scene.accept(fileCommand("other", file));

        scene.lose(Samples.THIRD);

        assertThat(scene.image().segments().current(kept).orElseThrow().backing()).isEmpty();
        assertThat(named("other").backing()).contains(file);
    }

    @Test
    void itIsMemoryWhenTheNodeOfItsFileIsRemovedBeforeItsPagesAreBack() {
        var file = new Backing(Samples.THIRD, "/srv/kept");
        var kept = takeCutWith(file);
        scene.lose(Samples.THIRD);
        assertThat(scene.image().segments().current(kept).orElseThrow().backing()).contains(file);

        scene.accept(new RemoveNode(Samples.THIRD));

        assertThat(scene.image().segments().current(kept).orElseThrow().backing()).isEmpty();
    }

    private SegmentId takeCutWith(Backing file) {
        var kept = new SegmentId(scene.accepted(fileCommand("kept", file)).created());
        hold(kept, Samples.HOME, 1);
        var number = begin();
        still(0, number, new Held(grid, 1), new Held(kept, 1));
        still(1, number, new Held(grid, 2));
        still(2, number);
        keepPages(0, number);
        ranks().forEach(rank -> save(rank, number));
        return kept;
    }

    private CreateSegment fileCommand(String name, Backing file) {
        return new CreateSegment(name, SIZE, Samples.ALICE, 0600, OwnershipMode.SYNC, scene.now())
                .backedBy(file);
    }

    @Test
    void aSecondHandleOnTheNodeOfARankIsSomebodyElses() {
        hold(grid, Samples.HOME, 2);

        standStill(begin());

        assertThat(reason()).contains("open on node n1");
    }

    @Test
    void nobodyBeginsToUseASegmentWhileItsPagesAreKept() {
        var number = begin();
        standStill(number);
        var late = new HoldSegment(grid, member(Samples.THIRD), 1);

        assertThat(scene.refuse(Refusal.CONFLICT, late)).contains("being saved");

        hold(grid, Samples.AWAY, 1);
        keepPages(0, number);
        scene.accept(late);
    }

    @Test
    void goingBackTheSegmentIsAnotherOneWithTheNameOfTheFirst() {
        takeCut();
        scene.accept(new GrantBlock(new BlockId(grid, 0), member(Samples.AWAY)));
        scene.accept(new ResizeSegment(grid, 2 * SIZE));

        scene.lose(Samples.THIRD);

        var back = named("grid");
        assertThat(back.id()).isNotEqualTo(grid);
        assertThat(back.formerly()).containsExactly(grid);
        assertThat(back.sizeBytes()).isEqualTo(SIZE);
        assertThat(back.holders()).isEmpty();
        assertThat(scene.image().segments().known().find(grid)).isEmpty();
        assertThat(scene.image().segments().current(grid)).contains(back);
        assertThat(scene.image().segments().blocksOf(grid)).isEmpty();
        assertThat(scene.image().segments().blocksOf(back.id())).isEmpty();
    }

    @Test
    void goingBackDoesNotGiveBackAccessThatWasTakenAway() {
        takeCut();
        scene.accept(new SetSegmentMode(grid, 0660));

        scene.lose(Samples.THIRD);

        assertThat(named("grid").mode()).isEqualTo(0660);
    }

    @Test
    void itIsOpenedWhenItsPagesAreBack() {
        takeCut();
        scene.lose(Samples.THIRD);
        var back = named("grid").id();
        var opened = new HoldSegment(back, member(Samples.HOME), 1);
        assertThat(scene.refuse(Refusal.CONFLICT, opened)).contains("put back");

        scene.accept(new FinishReturn(back));

        scene.accept(opened);
        assertThat(scene.accept(new FinishReturn(back))).isEmpty();
        scene.refuse(Refusal.NOT_FOUND, new FinishReturn(grid));
    }

    @Test
    void goingBackTwiceToOneCutLeadsToTheNewestSegment() {
        takeCut();
        scene.lose(Samples.THIRD);
        var once = named("grid").id();
        scene.later(Duration.ofMinutes(1));
        for (var rank : ranks()) {
            scene.place(rank.id(), COPIES[rank.rank() % 2]);
            scene.start(rank.id());
        }

        scene.lose(Samples.AWAY);

        var twice = named("grid");
        assertThat(twice.id()).isNotEqualTo(once);
        assertThat(twice.formerly()).containsExactly(grid, once);
        assertThat(scene.image().segments().current(grid)).contains(twice);
        assertThat(scene.image().segments().current(once)).contains(twice);
    }

    @Test
    void aDestroyedSegmentComesBackWithoutItsNameIfAnotherHasThat() {
        takeCut();
        scene.accept(new DestroySegment(grid));
        var other = create("grid");

        scene.lose(Samples.THIRD);

        assertThat(named("grid").id()).isEqualTo(other);
        var back = scene.image().segments().current(grid).orElseThrow();
        assertThat(back.removed()).isTrue();
    }

    @Test
    void goingBackToTheBeginningLeavesTheSegment() {
        scene.lose(Samples.THIRD);

        assertThat(named("grid").id()).isEqualTo(grid);
    }

    @Test
    void objectsAreSavedAsTheyAreAndNotWhileSomebodyHasThem() {
        var word = new SyncObject.Word(7);
        var broken = new SyncObject.Mutex(Optional.empty(), Health.BROKEN, List.of());
        var known =
                Table.<SyncId, SyncObject>empty()
                        .with(new SyncId(grid, 1), word)
                        .with(new SyncId(grid, 2), broken)
                        .with(new SyncId(new SegmentId(grid.value() + 1), 1), word);
        var decided = lastStill(begin(), new SyncState(known, Table.empty()));

        assertThat(cut(decided).segments().getFirst().objects())
                .containsExactly(new SavedObject(1, word), new SavedObject(2, broken));

        var caller = new Caller(member(Samples.HOME), 1, 1);
        var held = new SyncObject.Mutex(Optional.of(caller), Health.SOUND, List.of());
        var busy = new SyncState(known.with(new SyncId(grid, 3), held), Table.empty());
        var given = cut(lastStill(cut().number(), busy));
        assertThat(given.state())
                .isInstanceOfSatisfying(
                        GroupCut.State.Abandoned.class,
                        end -> assertThat(end.reason()).contains("object 3 of segment"));
    }

    private List<Event> lastStill(long number, SyncState sync) {
        if (!cut().parts().get(1).still()) {
            still(0, number, new Held(grid, 1));
            still(1, number, new Held(grid, 2));
        }
        var last = new ReportStill(rank(2).id(), rank(2).epoch(), number, List.of());
        var decision = ClusterStateMachine.decide(scene.image().withSync(sync), last);
        return ((Decision.Accept) decision).events();
    }

    private static GroupCut cut(List<Event> events) {
        return ((JobEvent) events.getFirst()).job().cut().orElseThrow();
    }

    @Test
    void objectsComeBackWithTheSegment() {
        var returned = named("grid").returned(new SegmentId(99), List.of(grid), false);
        var now =
                Table.<SyncId, SyncObject>empty().with(new SyncId(grid, 1), new SyncObject.Word(9));
        var draft = new SyncDraft(new SyncState(now, Table.empty()));
        var then = new SavedObject(1, new SyncObject.Word(7));

        SyncRules.follow(
                draft,
                scene.image(),
                List.of(
                        new SegmentEvent.Destroyed(named("grid"), "goes back"),
                        new SegmentEvent.Returned(returned, List.of(then), "goes back")));

        assertThat(draft.state().objects().find(new SyncId(grid, 1))).isEmpty();
        assertThat(draft.state().objects().find(new SyncId(returned.id(), 1)))
                .contains(new SyncObject.Word(7));
    }

    private void takeCut() {
        var number = begin();
        standStill(number);
        keepPages(0, number);
        ranks().forEach(rank -> save(rank, number));
    }

    private void standStill(long number) {
        still(0, number, new Held(grid, 1));
        still(1, number, new Held(grid, 2));
        still(2, number);
    }

    private void still(int rank, long number, Held... held) {
        var process = rank(rank);
        scene.accept(new ReportStill(process.id(), process.epoch(), number, List.of(held)));
    }

    private void keepPages(int rank, long number) {
        scene.accept(new ReportPagesKept(rank(rank).id(), rank(rank).epoch(), number));
    }

    private void save(HostedProcess rank, long number) {
        scene.accept(
                new ReportSaved(Samples.generation(rank.id(), number, rank.epoch(), COPIES), 2));
    }

    private long begin() {
        return scene.accepted(new BeginCut(job().id(), false, scene.now())).created();
    }

    private SegmentId create(String name) {
        var command =
                new CreateSegment(
                        name, SIZE, Samples.ALICE, 0600, OwnershipMode.DEFAULT, scene.now());
        return new SegmentId(scene.accepted(command).created());
    }

    private Segment named(String name) {
        return scene.image().segments().find(name).orElseThrow();
    }

    private void hold(SegmentId segment, NodeId node, int count) {
        scene.accept(new HoldSegment(segment, member(node), count));
    }

    private Member member(NodeId node) {
        return Member.of(scene.image().nodes().require(node));
    }

    private Job job() {
        return scene.image().jobs().require(scene.process(first).job());
    }

    private GroupCut cut() {
        return job().cut().orElseThrow();
    }

    private String reason() {
        return cut().state() instanceof GroupCut.State.Abandoned(var reason) ? reason : "not";
    }

    private List<HostedProcess> ranks() {
        return scene.image().processesOf(scene.process(first).job());
    }

    private HostedProcess rank(int number) {
        return ranks().get(number);
    }
}
