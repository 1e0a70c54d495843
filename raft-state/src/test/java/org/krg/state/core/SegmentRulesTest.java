// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.state.codec.Rows;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Refusal;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.Epoch;
import org.krg.state.model.Identity;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.testkit.Samples;

class SegmentRulesTest {
    private static final long SIZE = 5L << 20;

    private final Scene scene = Scene.withThreeNodes();
    private static final Identity ROOT = new Identity(0, 0, List.of(), "root");

    private final SegmentId grid = create("grid");
    private final BlockId block = block();

    @Test
    void aSegmentIsFoundByItsNameUntilItIsDestroyed() {
        assertThat(scene.image().segments().find("grid").orElseThrow().sizeBytes()).isEqualTo(SIZE);
        assertThat(scene.image().segments().find("grid").orElseThrow().blocks()).isEqualTo(3);

        scene.refuse(Refusal.NAME_TAKEN, createCommand("grid", SIZE));
        scene.accept(new DestroySegment(grid));

        assertThat(scene.image().segments().find("grid")).isEmpty();
        scene.refuse(Refusal.NOT_FOUND, new DestroySegment(grid));
        assertThat(create("grid")).isNotEqualTo(grid);
    }

    @Test
    void aSegmentHasAPlainNameAndWholePages() {
        scene.refuse(Refusal.INVALID, createCommand("", SIZE));
        scene.refuse(Refusal.INVALID, createCommand("a/b", SIZE));
        scene.refuse(Refusal.INVALID, createCommand("x".repeat(64), SIZE));
        scene.refuse(Refusal.INVALID, createCommand("a", -4_096));
        scene.refuse(Refusal.INVALID, createCommand("a", 4_097));
    }

    @Test
    void aSegmentHasAtMostFourTebibytesAndAllTogetherHaveMore() {
        assertThat(
                        scene.refuse(
                                Refusal.INVALID,
                                createCommand("a", SegmentRules.MAX_BYTES + 4_096)))
                .contains("at most 4 TiB", "not 4398046515200");

        scene.accept(createCommand("a", SegmentRules.MAX_BYTES));
        scene.accept(createCommand("b", SegmentRules.MAX_BYTES));

        assertThat(scene.image().segments().find("a").orElseThrow().blocks()).isEqualTo(2_097_152);
    }

    @Test
    void theLastBlockOfALargeSegmentHasAHome() {
        var large =
                new SegmentId(scene.accepted(createCommand("a", SegmentRules.MAX_BYTES)).created());
        var last = new BlockId(large, 2_097_151);

        scene.accept(new GrantBlock(last, member(Samples.HOME)));

        assertThat(scene.image().segments().blocksOf(large)).containsExactly(last);
        scene.refuse(
                Refusal.INVALID,
                new GrantBlock(new BlockId(large, 2_097_152), member(Samples.HOME)));
    }

    @Test
    void aLargeSegmentIsDestroyedByFewRows() {
        var large = createCommand("large", SegmentRules.MAX_BYTES);
        var id = new SegmentId(scene.accepted(large).created());
        scene.accept(new GrantBlock(new BlockId(id, 2_097_151), member(Samples.HOME)));

        var events = scene.accept(new DestroySegment(id));

        assertThat(scene.image().segments().grants().size()).isZero();
        assertThat(Rows.changes(events, scene.image())).hasSizeLessThan(4);
    }

    @Test
    void programsTouchNoMoreBlocksThanTheLimitUntilOthersAreGone() {
        var large = createCommand(ROOT, "large", SegmentRules.MAX_BYTES);
        var id = new SegmentId(scene.accepted(large).created());
        var full = touched(id, SegmentRules.MAX_TOUCHED_BLOCKS);
        var one = new GrantBlock(new BlockId(grid, 0), member(Samples.AWAY));
        var known = new GrantBlock(new BlockId(id, 7), member(Samples.AWAY));

        assertThat(SegmentRules.decide(full, one))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        it -> assertThat(it.refusal()).isEqualTo(Refusal.LIMIT));
        assertThat(SegmentRules.decide(full, known)).isInstanceOf(Decision.Accept.class);
        var fewer = touched(id, SegmentRules.MAX_TOUCHED_BLOCKS - 1);
        assertThat(SegmentRules.decide(fewer, one)).isInstanceOf(Decision.Accept.class);
    }

    @Test
    void programsTouchAQuarterOfThatInSegmentsOfOneUser() {
        var id =
                new SegmentId(
                        scene.accepted(createCommand("large", SegmentRules.MAX_BYTES)).created());
        var roots = new SegmentId(scene.accepted(createCommand(ROOT, "root", SIZE)).created());
        var full = touched(id, SegmentRules.MAX_TOUCHED_BY_USER);
        var another = new GrantBlock(new BlockId(grid, 0), member(Samples.AWAY));

        assertThat(SegmentRules.decide(full, another))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        it -> assertThat(it.refusal()).isEqualTo(Refusal.LIMIT));
        assertThat(
                        SegmentRules.decide(
                                full, new GrantBlock(new BlockId(roots, 0), member(Samples.AWAY))))
                .isInstanceOf(Decision.Accept.class);
        var without = full.withSegments(full.segments().without(id));
        assertThat(without.segments().touchedBy(Samples.ALICE.uid())).isZero();
        assertThat(SegmentRules.decide(without, another)).isInstanceOf(Decision.Accept.class);
    }

    private ClusterImage touched(SegmentId segment, int blocks) {
        var grant = new BlockGrant(member(Samples.HOME), new Epoch(1));
        var segments = scene.image().segments();
        for (var number = 0; number < blocks; number++) {
            segments = segments.with(new BlockId(segment, number), grant);
        }
        return scene.image().withSegments(segments);
    }

    @Test
    void whoTouchesABlockFirstIsItsHome() {
        var first = scene.accept(new GrantBlock(block, member(Samples.HOME)));
        var second = scene.accept(new GrantBlock(block, member(Samples.AWAY)));

        assertThat(first).hasOnlyElementsOfType(SegmentEvent.Granted.class);
        assertThat(second).isEmpty();
        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.HOME), new Epoch(1)));
    }

    @Test
    void aBlockWhoseHomeIsLostGetsTheNextEpoch() {
        scene.accept(new GrantBlock(block, member(Samples.HOME)));
        lose(Samples.HOME);

        scene.accept(new GrantBlock(block, member(Samples.AWAY)));

        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.AWAY), new Epoch(2)));
    }

    @Test
    void anAgentThatRegisteredAgainIsAnotherHomeThanBefore() {
        var before = member(Samples.HOME);
        scene.accept(new GrantBlock(block, before));
        scene.accept(new RegisterNode(Samples.node(Samples.HOME, 1), scene.now()));

        scene.refuse(Refusal.CONFLICT, new GrantBlock(block, before));
        scene.accept(new GrantBlock(block, member(Samples.HOME)));

        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.HOME), new Epoch(2)));
    }

    @Test
    void noBlockIsGrantedToWhoIsLostOrWhereThereIsNone() {
        var home = member(Samples.HOME);
        lose(Samples.HOME);

        scene.refuse(Refusal.CONFLICT, new GrantBlock(block, home));
        scene.refuse(Refusal.CONFLICT, new GrantBlock(block, new Member(new NodeId("n9"), 1)));
        scene.refuse(Refusal.INVALID, new GrantBlock(new BlockId(grid, 3), member(Samples.AWAY)));
        scene.refuse(Refusal.INVALID, new GrantBlock(new BlockId(grid, -1), member(Samples.AWAY)));
        scene.refuse(
                Refusal.NOT_FOUND,
                new GrantBlock(new BlockId(new SegmentId(99), 0), member(Samples.AWAY)));
    }

    @Test
    void aDestroyedSegmentLeavesNoHomes() {
        scene.accept(new GrantBlock(block, member(Samples.HOME)));
        scene.accept(new GrantBlock(new BlockId(grid, 2), member(Samples.AWAY)));
        var other = new BlockId(create("other"), 0);
        scene.accept(new GrantBlock(other, member(Samples.HOME)));

        scene.accept(new DestroySegment(grid));

        assertThat(scene.image().segments().grants().stream().map(Table.Entry::key))
                .containsExactly(other);
    }

    @Test
    void whoMayOpenASegmentChangesAndWhoHasItOpenKeepsIt() {
        var holder = member(Samples.HOME);
        scene.accept(new HoldSegment(grid, holder, 2));
        assertThat(grid().admits(2_000, 2_000)).isFalse();

        scene.accept(new SetSegmentMode(grid, 0666));

        assertThat(grid().mode()).isEqualTo(0666);
        assertThat(grid().admits(2_000, 2_000)).isTrue();
        assertThat(grid().isManagedBy(2_000)).isFalse();
        scene.accept(new SetSegmentMode(grid, 0));
        assertThat(grid().admits(2_000, 2_000)).isFalse();
        assertThat(grid().admits(grid().owner().uid(), 2_000)).isTrue();
        assertThat(grid().held()).isEqualTo(2);
    }

    @Test
    void aSegmentKeepsTheKeyThatItWasMadeWith() {
        var key = new SegmentKey(3, 7);
        scene.accept(
                new CreateSegment(
                                "kept", SIZE, Samples.ALICE, 0600, OwnershipMode.ASYNC, scene.now())
                        .openedBy(key));
        var made = scene.image().segments().find("kept").orElseThrow();
        scene.accept(new SetSegmentMode(made.id(), 0666));
        scene.accept(new ResizeSegment(made.id(), 2 * SIZE));

        var kept = scene.image().segments().find("kept").orElseThrow().key();

        assertThat(kept.isOpenedBy(key)).isTrue();
        assertThat(kept.isOpenedBy(new SegmentKey(3, 8))).isFalse();
        assertThat(kept).hasToString("a key");
        assertThat(grid().key().isOpenedBy(SegmentKey.NONE)).isFalse();
    }

    @Test
    void theSameAccessAgainChangesNothing() {
        scene.accept(new SetSegmentMode(grid, 0660));
        var before = scene.image();

        scene.accept(new SetSegmentMode(grid, 0660));

        assertThat(scene.image().segments()).isEqualTo(before.segments());
    }

    @Test
    void anAccessThatIsNoneOfAFileIsRefused() {
        scene.refuse(Refusal.INVALID, new SetSegmentMode(grid, 01000));
        scene.refuse(Refusal.INVALID, new SetSegmentMode(grid, -1));
        scene.refuse(Refusal.NOT_FOUND, new SetSegmentMode(new SegmentId(99), 0600));
    }

    @Test
    void aSegmentGrowsAndDoesNotShrink() {
        scene.accept(new ResizeSegment(grid, 2 * SIZE));
        scene.accept(new ResizeSegment(grid, 2 * SIZE));

        assertThat(segment().sizeBytes()).isEqualTo(2 * SIZE);
        scene.refuse(Refusal.INVALID, new ResizeSegment(grid, SIZE));
        scene.refuse(Refusal.INVALID, new ResizeSegment(grid, 2 * SIZE + 1));
        scene.accept(new ResizeSegment(grid, SegmentRules.MAX_BYTES));
        var tooLarge = new ResizeSegment(grid, SegmentRules.MAX_BYTES + 4_096);
        assertThat(scene.refuse(Refusal.INVALID, tooLarge)).contains("not 4398046515200");
        scene.refuse(Refusal.NOT_FOUND, new ResizeSegment(new SegmentId(99), SIZE));
    }

    @Test
    void aRemovedSegmentStaysForWhoHoldsItAndItsNameIsFree() {
        var home = member(Samples.HOME);
        var away = member(Samples.AWAY);
        scene.accept(new HoldSegment(grid, home, 2));
        scene.accept(new HoldSegment(grid, away, 1));

        scene.accept(new RemoveSegment(grid));

        assertThat(scene.image().segments().find("grid")).isEmpty();
        assertThat(segment().held()).isEqualTo(3);
        assertThat(create("grid")).isNotEqualTo(grid);
        scene.accept(new HoldSegment(grid, home, 0));
        assertThat(segment().held()).isEqualTo(1);
        assertThat(scene.accept(new HoldSegment(grid, away, 0)))
                .hasOnlyElementsOfType(SegmentEvent.Destroyed.class);
        scene.refuse(Refusal.NOT_FOUND, new HoldSegment(grid, away, 1));
    }

    @Test
    void aSegmentThatNobodyHoldsIsDestroyedWhenItIsRemoved() {
        assertThat(scene.accept(new RemoveSegment(grid)))
                .hasOnlyElementsOfType(SegmentEvent.Destroyed.class);
        scene.refuse(Refusal.NOT_FOUND, new RemoveSegment(grid));
    }

    @Test
    void whatALostMemberHeldKeepsNothing() {
        var home = member(Samples.HOME);
        scene.accept(new HoldSegment(grid, home, 2));
        scene.accept(new RemoveSegment(grid));
        lose(Samples.HOME);

        scene.refuse(Refusal.CONFLICT, new HoldSegment(grid, home, 3));
        assertThat(scene.accept(new HoldSegment(grid, home, 0)))
                .hasOnlyElementsOfType(SegmentEvent.Destroyed.class);
    }

    @Test
    void whoIsNotTheOwnerNeedsBothBits() {
        var alice = Samples.ALICE;
        var mine =
                Segment.unheld(grid, "grid", SIZE, alice, 0600, OwnershipMode.DEFAULT, scene.now());
        var groups =
                Segment.unheld(grid, "grid", SIZE, alice, 0660, OwnershipMode.DEFAULT, scene.now());
        var readable =
                Segment.unheld(grid, "grid", SIZE, alice, 0644, OwnershipMode.DEFAULT, scene.now());

        assertThat(mine.admits(alice.uid(), 7)).isTrue();
        assertThat(mine.admits(0, 0)).isTrue();
        assertThat(mine.admits(7, alice.gid())).isFalse();
        assertThat(groups.admits(7, alice.gid())).isTrue();
        assertThat(groups.admits(7, 7)).isFalse();
        assertThat(readable.admits(7, 7)).isFalse();
        assertThat(readable.isManagedBy(7)).isFalse();
    }

    @Test
    void theHomeOfAFilesBlocksIsWhereTheFileIs() {
        createFile("/srv/grid");

        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));

        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.HOME), new Epoch(1)));
    }

    @Test
    void whileItsNodeIsLostWhatWasTouchedGetsAnotherHomeAndTheRestNone() {
        createFile("/srv/grid");
        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));
        lose(Samples.HOME);
        var untouched = new BlockId(block().segment(), 1);

        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));
        assertThat(scene.accept(new GrantBlock(untouched, member(Samples.AWAY)))).isEmpty();

        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.AWAY), new Epoch(2)));
        scene.accept(new RegisterNode(Samples.node(Samples.HOME, 1), scene.now()));
        scene.accept(new GrantBlock(untouched, member(Samples.AWAY)));
        assertThat(scene.image().segments().grants().require(untouched))
                .isEqualTo(new BlockGrant(member(Samples.HOME), new Epoch(1)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void whereItIsKnownWhatNobodyWroteTheHomeIsTheFilesNodeUntilThatIsRemoved(OwnershipMode mode) {
        createFile("/srv/grid", mode);
        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));
        var first = grant();
        lose(Samples.HOME);
        assertThat(FileHome.isAwaited(scene.image(), grid())).isTrue();

        assertThat(scene.accept(new GrantBlock(block(), member(Samples.AWAY)))).isEmpty();
        assertThat(grant()).isEqualTo(first);
        scene.accept(new RegisterNode(Samples.node(Samples.HOME, 1), scene.now()));
        assertThat(FileHome.isAwaited(scene.image(), grid())).isFalse();
        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));
        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.HOME), new Epoch(2)));

        lose(Samples.HOME);
        scene.accept(new RemoveNode(Samples.HOME));
        assertThat(FileHome.isAwaited(scene.image(), grid())).isFalse();
        scene.accept(new GrantBlock(block(), member(Samples.AWAY)));
        assertThat(grant()).isEqualTo(new BlockGrant(member(Samples.AWAY), new Epoch(3)));
        var untouched = new BlockId(block().segment(), 1);
        assertThat(scene.accept(new GrantBlock(untouched, member(Samples.AWAY)))).isEmpty();
    }

    @Test
    void aFileIsOneSegmentAndNamedFromTheRoot() {
        createFile("/srv/grid");

        scene.refuse(Refusal.NAME_TAKEN, fileCommand("other", "/srv/grid"));
        scene.refuse(Refusal.INVALID, fileCommand("other", "srv/grid"));
        scene.refuse(Refusal.INVALID, fileCommand("other", "/" + "x".repeat(5_000)));
        scene.accept(fileCommand("other", "/srv/other"));
    }

    private void createFile(String path) {
        createFile(path, OwnershipMode.ASYNC);
    }

    private void createFile(String path, OwnershipMode mode) {
        scene.accept(new DestroySegment(grid));
        scene.accept(fileCommand("grid", path, mode));
    }

    private Segment grid() {
        return scene.image().segments().find("grid").orElseThrow();
    }

    private CreateSegment fileCommand(String name, String path) {
        return fileCommand(name, path, OwnershipMode.ASYNC);
    }

    private CreateSegment fileCommand(String name, String path, OwnershipMode mode) {
        return new CreateSegment(name, SIZE, Samples.ALICE, 0600, mode, scene.now())
                .backedBy(new Backing(Samples.HOME, path));
    }

    private BlockId block() {
        return new BlockId(scene.image().segments().find("grid").orElseThrow().id(), 0);
    }

    private Segment segment() {
        return scene.image().segments().known().require(grid);
    }

    private SegmentId create(String name) {
        return new SegmentId(scene.accepted(createCommand(name, SIZE)).created());
    }

    private CreateSegment createCommand(String name, long sizeBytes) {
        return createCommand(Samples.ALICE, name, sizeBytes);
    }

    private CreateSegment createCommand(Identity owner, String name, long sizeBytes) {
        return new CreateSegment(name, sizeBytes, owner, 0600, OwnershipMode.DEFAULT, scene.now());
    }

    private Member member(NodeId node) {
        return Member.of(scene.image().nodes().require(node));
    }

    private void lose(NodeId node) {
        scene.accept(new DeclareNodeLost(node, member(node).run(), scene.now()));
    }

    private BlockGrant grant() {
        return scene.image().segments().grants().require(block());
    }
}
