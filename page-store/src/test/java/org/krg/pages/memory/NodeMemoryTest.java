// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.linux.PacketConnection.Peer;
import org.krg.linux.PacketListener;
import org.krg.linux.PageMap;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.Which;
import org.krg.pages.coherence.Access;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.fixture.AgreedSync;
import org.krg.pages.fixture.Toucher;
import org.krg.pages.memory.SegmentDoor.Opening;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// What the kernel does with the pages of real processes, and what libkrg answers.
class NodeMemoryTest {
    private static final String FIELD = "field";
    private static final SegmentId SEGMENT = new SegmentId(1);
    private static final SegmentKey KEY = new SegmentKey(3, 5);
    private static final Member HERE = new Member(new NodeId("here"), 1);
    private static final int PAGE = 3;
    private static final int OFFSET = PAGE * PageMemory.PAGE_BYTES + 64;

    @TempDir private Path directory;

    private final BlockingQueue<Fault> faults = new LinkedBlockingQueue<>();
    private final NodeMemory memory = NodeMemory.create(FIELD, 1 << 20);
    private final AgreedSync sync = new AgreedSync();
    private final Arena arena = Arena.ofShared();
    private Path socket = Path.of("");
    private PacketListener listener;
    private AttachPort port;

    private record Fault(int page, boolean write) {}

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("pages.sock");
        listener = AttachPort.listen(socket);
        port = serve();
    }

    private AttachPort serve() {
        var served =
                AttachPort.open(listener, this::open, sync.engine(HERE), ProgramCheckpoints.NONE);
        served.renew(Duration.ofDays(36_500));
        return served;
    }

    private Opening open(Which which, Peer user) {
        return switch (which) {
            case Which.Named(var name) when name.equals(FIELD) -> granted();
            case Which.Numbered(var id, var key) when id.equals(SEGMENT) && KEY.isOpenedBy(key) ->
                    granted();
            case Which.Named(var name) when name.equals("secret") ->
                    new Opening.Refused(AttachError.EACCES);
            case Which.Named _, Which.Numbered _ -> new Opening.Refused(AttachError.ENOENT);
        };
    }

    private Opening granted() {
        return new Opening.Granted(
                SEGMENT, memory, (page, write) -> faults.add(new Fault(page, write)), KEY);
    }

    @AfterEach
    void close() {
        port.close();
        listener.close();
        sync.close();
        memory.close();
        arena.close();
    }

    @Test
    void aPageIsReadOnlyUntilItIsUpgraded() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            memory.install(PAGE, page(7), false);
            assertThat(Toucher.await(read)).isEqualTo("7");

            var write = program.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.upgrade(PAGE);
            assertThat(Toucher.await(write)).isEqualTo("ok");
            assertThat(program.ask("read " + OFFSET)).isEqualTo("8");
            assertThat(faults).isEmpty();
        }
    }

    @Test
    void aRevokedPageTakesEveryStoreAlongAndIsAbsentAfterwards() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var write = program.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.install(PAGE, null, true);
            assertThat(Toucher.await(write)).isEqualTo("ok");
            assertThat(program.ask("add " + OFFSET + " 100")).isEqualTo("ok");

            var copy = arena.allocate(PageMemory.PAGE_BYTES);
            memory.revoke(PAGE, true, copy);
            assertThat(copy.get(JAVA_LONG, 64)).isEqualTo(108);

            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            memory.install(PAGE, page(9), false);
            assertThat(Toucher.await(read)).isEqualTo("9");
        }
    }

    @Test
    void aDowngradedPageIsReadWithoutAFaultAndWrittenWithOne() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var write = program.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.install(PAGE, null, true);
            assertThat(Toucher.await(write)).isEqualTo("ok");

            var copy = arena.allocate(PageMemory.PAGE_BYTES);
            memory.downgrade(PAGE, copy);
            assertThat(copy.get(JAVA_LONG, 64)).isEqualTo(8);
            assertThat(program.ask("read " + OFFSET)).isEqualTo("8");
            assertThat(faults).isEmpty();

            var add = program.begin("add " + OFFSET + " 1");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.upgrade(PAGE);
            assertThat(Toucher.await(add)).isEqualTo("ok");
        }
    }

    @Test
    void pagesThatAreReadOutTogetherAreAllProtectedAndCopied() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            for (var page = PAGE; page < PAGE + 3; page++) {
                memory.install(page, null, true);
                var written = page * PageMemory.PAGE_BYTES;
                assertThat(program.ask("write " + written + " " + page)).isEqualTo("ok");
            }
            var copy = arena.allocate(3 * PageMemory.PAGE_BYTES);
            memory.downgrade(PAGE, copy);
            for (var i = 0; i < 3; i++) {
                var at = (long) i * PageMemory.PAGE_BYTES;
                assertThat(copy.get(JAVA_LONG, at)).isEqualTo(PAGE + i);
                var written = (PAGE + i) * PageMemory.PAGE_BYTES;
                var add = program.begin("add " + written + " 1");
                assertThat(fault()).isEqualTo(new Fault(PAGE + i, true));
                memory.upgrade(PAGE + i);
                assertThat(Toucher.await(add)).isEqualTo("ok");
            }
        }
    }

    @Test
    void whatAProcessMayDoIsSeenInItsPageTable() {
        try (var _ = Toucher.mapping(socket, FIELD);
                var second = Toucher.mapping(socket, FIELD)) {
            assertThat(memory.mapped(PAGE, 2)).containsExactly(Access.NONE, Access.NONE);
            memory.install(PAGE, page(7), false);
            memory.install(PAGE + 1, null, true);
            assertThat(memory.mapped(PAGE, 2)).containsExactly(Access.READ, Access.WRITE);
            assertThat(second.ask("write " + (OFFSET + PageMemory.PAGE_BYTES) + " 1"))
                    .isEqualTo("ok");
            memory.downgrade(PAGE + 1, arena.allocate(PageMemory.PAGE_BYTES));
            assertThat(memory.mapped(PAGE, 2)).containsExactly(Access.READ, Access.READ);
            memory.revoke(PAGE + 1, false, null);
            memory.poison(PAGE + 1);
            assertThat(memory.mapped(PAGE, 2)).containsExactly(Access.READ, Access.NONE);
        }
    }

    @Test
    void pagesThatComeTogetherAreReadWithoutAnotherFault() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            var content = arena.allocate(3 * PageMemory.PAGE_BYTES);
            for (var i = 0; i < 3; i++) {
                content.set(JAVA_LONG, (long) i * PageMemory.PAGE_BYTES + 64, i + 7);
            }
            memory.install(PAGE, content, false);
            assertThat(Toucher.await(read)).isEqualTo("7");
            for (var i = 1; i < 3; i++) {
                var at = OFFSET + i * PageMemory.PAGE_BYTES;
                assertThat(program.ask("read " + at)).isEqualTo("" + (i + 7));
            }
            assertThat(faults).isEmpty();
            var write = program.begin("write " + OFFSET + " 1");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.upgrade(PAGE);
            assertThat(Toucher.await(write)).isEqualTo("ok");
        }
    }

    @Test
    void aDowngradedPageIsWrittenByNoProcessOfTheNode() {
        memory.install(PAGE, null, true);
        try (var first = Toucher.mapping(socket, FIELD);
                var second = Toucher.mapping(socket, FIELD)) {
            var write = first.begin("write " + OFFSET + " 7");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.resume(PAGE, true);
            assertThat(Toucher.await(write)).isEqualTo("ok");
            assertThat(second.ask("write " + OFFSET + " 8")).isEqualTo("ok");

            memory.downgrade(PAGE, arena.allocate(PageMemory.PAGE_BYTES));

            for (var process : List.of(first, second)) {
                assertThat(process.ask("read " + OFFSET)).isEqualTo("8");
                var _ = process.begin("write " + OFFSET + " 9");
                assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            }
        }
    }

    @Test
    void aSecondProcessDoesNotWriteWhatTheNodeMayOnlyRead() {
        try (var first = Toucher.mapping(socket, FIELD);
                var second = Toucher.mapping(socket, FIELD)) {
            var read = first.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            memory.install(PAGE, page(7), false);
            assertThat(Toucher.await(read)).isEqualTo("7");

            var write = second.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            assertThat(first.ask("read " + OFFSET)).isEqualTo("7");
            memory.upgrade(PAGE);
            assertThat(Toucher.await(write)).isEqualTo("ok");
            assertThat(first.ask("read " + OFFSET)).isEqualTo("8");
        }
    }

    @Test
    void aProcessThatComesLaterIsToldOfBeforeItTouchesWhatTheNodeHas() {
        memory.install(PAGE, page(7), false);
        try (var later = Toucher.mapping(socket, FIELD)) {
            var write = later.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.upgrade(PAGE);
            assertThat(Toucher.await(write)).isEqualTo("ok");

            var copy = arena.allocate(PageMemory.PAGE_BYTES);
            memory.revoke(PAGE, true, copy);
            assertThat(copy.get(JAVA_LONG, 64)).isEqualTo(8);
        }
    }

    @Test
    void aSystemCallIntoAnAbsentPageGoesOnWhenThePageIsThere() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var receive = program.begin("receive " + OFFSET + " hello");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.install(PAGE, null, true);
            assertThat(Toucher.await(receive)).isEqualTo("ok");
        }
    }

    @Test
    void aPoisonedPageIsSigbusAndNeverZeros() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            memory.poison(PAGE);
            assertThat(Toucher.await(read)).isEqualTo("sigbus");
            assertThat(program.ask("write " + OFFSET + " 1")).isEqualTo("sigbus");
        }
    }

    @Test
    void aPageThatWasWrittenHereAndTakenAwayCanBePoisoned() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var write = program.begin("write " + OFFSET + " 8");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.install(PAGE, null, true);
            assertThat(Toucher.await(write)).isEqualTo("ok");
            memory.revoke(PAGE, true, arena.allocate(PageMemory.PAGE_BYTES));

            var again = program.begin("exchange " + OFFSET + " 9");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            memory.poison(PAGE);

            assertThat(Toucher.await(again)).isEqualTo("sigbus");
            assertThat(program.ask("read " + OFFSET)).isEqualTo("sigbus");
        }
    }

    @Test
    void aChildOfForkHasNoMapping() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(program.ask("fork " + OFFSET)).isEqualTo("ok");
            assertThat(faults).isEmpty();
        }
    }

    @Test
    void aProcessKilledInAFaultLeavesThePagesToTheOthers() {
        try (var killed = Toucher.mapping(socket, FIELD);
                var other = Toucher.mapping(socket, FIELD)) {
            var _ = killed.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            killed.kill();

            memory.install(PAGE, page(7), true);
            await().until(() -> memory.processCount() == 1);
            assertThat(answerOf(other, "add " + OFFSET + " 1")).isEqualTo("ok");
            memory.downgrade(PAGE, page(0));
            assertThat(other.ask("read " + OFFSET)).isEqualTo("8");
        }
    }

    @Test
    void whoWaitsForAPageIsDetachedAtOnceAndWaitsForItAfterwards() throws Exception {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));

            detach(program);

            assertThat(memory.processCount()).isZero();
            memory.install(PAGE, page(7), false);
            assertThat(Toucher.standsStill(read)).isTrue();
            Files.delete(still());
            assertThat(answers(read)).isEqualTo("7");
        }
    }

    @Test
    void whoWaitsForAPageInASystemCallIsDetachedWhenThePageHasCome() throws Exception {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var receive = program.begin("receive " + OFFSET + " hello");
            assertThat(fault()).isEqualTo(new Fault(PAGE, true));
            var detaching = CompletableFuture.runAsync(() -> detachOrFail(program));
            assertThat(Toucher.standsStill(detaching)).isTrue();

            memory.install(PAGE, null, true);

            detaching.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(memory.processCount()).isZero();
            Files.delete(still());
            assertThat(Toucher.await(receive)).isEqualTo("ok");
        }
    }

    private void detachOrFail(Toucher program) {
        try {
            detach(program);
        } catch (DetachRefused refused) {
            throw new AssertionError(refused);
        }
    }

    private void detach(Toucher program) throws DetachRefused {
        port.detach(() -> Set.of(program.pid()), still(), Duration.ZERO);
    }

    private Path still() {
        return Path.of(socket + ".still");
    }

    @Test
    void whoeverStandsStillWhenTheAgentEndsStaysSoInsteadOfReadingZeros() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            var read = program.begin("read " + OFFSET);
            assertThat(fault()).isEqualTo(new Fault(PAGE, false));
            port.close();
            memory.close();
            assertThat(Toucher.standsStill(read)).isTrue();
        }
    }

    @Test
    void whatAProcessHasIsOfNoUseToItOnceItsAgentHasEnded() {
        memory.install(PAGE, page(7), true);
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(answerOf(program, "read " + OFFSET)).isEqualTo("7");
            port.close();
            await().until(() -> Toucher.standsStill(program.begin("read " + OFFSET)));
            assertThat(memory.hasPage(PAGE)).isTrue();
        }
    }

    @Test
    void whoWasLetGoOfStoresNoMore() throws Exception {
        memory.install(PAGE, page(7), true);
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(answerOf(program, "write " + OFFSET + " 8")).isEqualTo("ok");
            var at = addressOf(program) + PAGE * PageMemory.PAGE_BYTES;
            program.stop();
            assertThat(PageMap.read(program.pid(), at, 1)).containsExactly(PageMap.Entry.WRITABLE);

            port.close();

            assertThat(memory.processCount()).isZero();
            assertThat(PageMap.read(program.pid(), at, 1)).containsExactly(PageMap.Entry.READABLE);
        }
    }

    /// {@return where a process has the segment mapped}
    private static long addressOf(Toucher program) throws IOException {
        try (var maps = Files.lines(Path.of("/proc", "" + program.pid(), "maps"))) {
            var line = maps.filter(it -> it.contains("memfd:krg-" + FIELD)).findFirst();
            return Long.parseUnsignedLong(line.orElseThrow().split("-", 2)[0], 16);
        }
    }

    @Test
    void aPageThatAProgramHasThrownAwayIsZerosAndHoldsNobodyUp() {
        memory.install(PAGE, page(7), true);
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(answerOf(program, "read " + OFFSET)).isEqualTo("7");
            assertThat(program.ask("discard " + OFFSET)).isEqualTo("ok");
            assertThat(answerOf(program, "read " + OFFSET)).isEqualTo("0");
        }
    }

    @Test
    void aMappingIsTakenAwayAndMadeAgain() {
        memory.install(PAGE, page(7), true);
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(program.ask("unmap")).isEqualTo("ok");
            assertThat(memory.processCount()).isZero();
            assertThat(program.ask("map " + FIELD)).isEqualTo("ok 1048576");
            assertThat(answerOf(program, "read " + OFFSET)).isEqualTo("7");
        }
    }

    @Test
    void whoComesBeforeTheSocketIsServedWaits() {
        port.close();
        try (var program = Toucher.start(socket)) {
            var mapped = program.begin("map " + FIELD);
            await().until(() -> connected(program));

            port = serve();

            assertThat(Toucher.await(mapped)).isEqualTo("ok 1048576");
        }
    }

    /// {@return whether the process has a socket, which is connected or about to be}
    private static boolean connected(Toucher program) throws IOException {
        var descriptors = Path.of("/proc", "" + program.pid(), "fd");
        try (var all = Files.list(descriptors)) {
            return all.anyMatch(NodeMemoryTest::isSocket);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void whoConnectsAndIsGoneHoldsNobodyUp() {
        port.close();
        try (var gone = Toucher.start(socket)) {
            assertThat(gone.ask("flood 3")).isEqualTo("3");
            gone.kill();
        }

        port = serve();

        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(answerOf(program, "read " + OFFSET)).isEqualTo("0");
        }
    }

    @Test
    void anAgentWithoutDescriptorsLetsTheNextOneInWhenItHasSome() {
        var cramped = directory.resolve("cramped.sock");
        try (var agent = Toucher.crampedPort(cramped);
                var first = startedAt(agent, cramped);
                var greedy = Toucher.start(cramped);
                var next = Toucher.start(cramped)) {
            assertThat(first.ask("map " + FIELD)).isEqualTo("error EACCES");
            assertThat(agent.ask("occupy")).isEqualTo("ok");
            assertThat(Integer.parseInt(greedy.ask("flood 300"))).isLessThan(300);

            assertThat(greedy.ask("drain")).isEqualTo("ok");

            assertThat(next.ask("map " + FIELD)).isEqualTo("error EACCES");
        }
    }

    private static Toucher startedAt(Toucher agent, Path at) {
        assertThat(agent.ask("begin")).isEqualTo("ok");
        return Toucher.start(at);
    }

    @Test
    void aProgramThatLetsItsFaultsBlockHoldsNobodyUp() {
        try (var rogue = Toucher.mapping(socket, FIELD);
                var program = Toucher.mapping(socket, FIELD)) {
            assertThat(rogue.ask("unblock")).isEqualTo("ok");
            assertThat(answerOf(rogue, "read " + OFFSET)).isEqualTo("0");

            assertThat(answerOf(program, "write " + OFFSET + " 8")).isEqualTo("ok");
            assertThat(answerOf(rogue, "read " + OFFSET)).isEqualTo("8");
        }
    }

    @Test
    void aProgramWhoseFaultsLieElsewhereHoldsNobodyUp() {
        try (var rogue = Toucher.mapping(socket, FIELD);
                var program = Toucher.mapping(socket, FIELD)) {
            assertThat(rogue.ask("stray")).isEqualTo("ok");

            assertThat(answerOf(program, "write " + OFFSET + " 8")).isEqualTo("ok");
            assertThat(answerOf(rogue, "read " + OFFSET)).isEqualTo("8");
        }
    }

    @Test
    void aProgramDoesNotMakeTheMemoryShorter() {
        try (var rogue = Toucher.mapping(socket, FIELD);
                var program = Toucher.mapping(socket, FIELD)) {
            assertThat(answerOf(program, "write " + OFFSET + " 8")).isEqualTo("ok");

            assertThat(rogue.ask("truncate 0")).isEqualTo("error EPERM");

            assertThat(rogue.ask("truncate 8388608")).isEqualTo("ok");
            memory.grow(4 << 20);
            assertThat(program.ask("read " + OFFSET)).isEqualTo("8");
            var copy = arena.allocate(PageMemory.PAGE_BYTES);
            memory.revoke(PAGE, true, copy);
            assertThat(copy.get(JAVA_LONG, 64)).isEqualTo(8);
        }
    }

    @Test
    void aChildOfForkThatClosesItsParentsHandleKeepsWhatIsItsOwn() {
        try (var program = Toucher.mapping(socket, FIELD)) {
            assertThat(program.ask("forkclose")).isEqualTo("ok");
            assertThat(answerOf(program, "write " + OFFSET + " 8")).isEqualTo("ok");
        }
    }

    @Test
    void whatCannotBeOpenedSaysWhy() {
        try (var program = Toucher.start(socket);
                var astray = Toucher.start(directory.resolve("nobody.sock"))) {
            assertThat(program.ask("map other")).isEqualTo("error ENOENT");
            assertThat(program.ask("map secret")).isEqualTo("error EACCES");
            assertThat(astray.ask("map " + FIELD)).isEqualTo("error EHOSTDOWN");
        }
    }

    /// Answers a fault of a page that the node may write with the page.
    private String answerOf(Toucher program, String command) {
        return answers(program.begin(command));
    }

    private String answers(CompletableFuture<String> answer) {
        await().until(() -> {
            var fault = faults.poll();
            if (fault != null) {
                memory.resume(fault.page(), true);
            }
            return answer.isDone();
        });
        return answer.join();
    }

    private Fault fault() {
        try {
            var fault = faults.poll(60, TimeUnit.SECONDS);
            assertThat(fault).as("a thread stands still").isNotNull();
            return fault;
        } catch (InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private MemorySegment page(long value) {
        var page = arena.allocate(PageMemory.PAGE_BYTES);
        page.set(JAVA_LONG, 64, value);
        return page;
    }
}
