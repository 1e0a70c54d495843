// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.krg.state.command.Command;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.event.Event;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;
import org.krg.testkit.RandomCommands;
import org.krg.testkit.Samples;
import org.krg.testkit.Seeds;

class CodecTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final Instant PROPOSED = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void theSamplesAreOfEveryKind() {
        assertThat(kinds(Everything.commands())).isEqualTo(namesOfAll(Command.class));
        assertThat(kinds(Everything.events())).isEqualTo(namesOfAll(Event.class));
        assertThat(kinds(Everything.replies())).isEqualTo(namesOfAll(Reply.class));
    }

    @Test
    void everyCommandComesBackAndItsBytesStay() throws IOException {
        var lines = new ArrayList<String>();
        for (var command : Everything.commands()) {
            var operation = operation(command);
            var bytes = OperationCodec.encode(operation);

            assertThat(OperationCodec.decode(bytes)).isEqualTo(operation);
            lines.add(command.getClass().getSimpleName() + " " + HEX.formatHex(bytes));
        }
        Golden.check("commands", lines);
    }

    @Test
    void everyEventComesBackAndItsBytesStay() throws IOException {
        var lines = new ArrayList<String>();
        for (var event : Everything.events()) {
            var recorded = new Recorded(new Revision(300), 2, event);
            var bytes = EventCodec.encode(recorded);

            assertThat(EventCodec.decode(bytes)).isEqualTo(recorded);
            lines.add(event.getClass().getSimpleName() + " " + HEX.formatHex(bytes));
        }
        Golden.check("events", lines);
    }

    @Test
    void everyReplyComesBackAndItsBytesStay() throws IOException {
        var lines = new ArrayList<String>();
        for (var reply : Everything.replies()) {
            var bytes = ReplyCodec.encode(reply);

            assertThat(ReplyCodec.decode(bytes)).isEqualTo(reply);
            lines.add(reply.getClass().getSimpleName() + " " + HEX.formatHex(bytes));
        }
        var all = ReplyCodec.encodeAll(Everything.replies());
        assertThat(ReplyCodec.decodeAll(all)).isEqualTo(Everything.replies());
        lines.add("all " + HEX.formatHex(all));
        Golden.check("replies", lines);
    }

    @Test
    void everyRowComesBackAndItsBytesStay() throws IOException {
        var rows = Rows.all(Everything.image());

        assertThat(Rows.load(rows)).isEqualTo(Everything.image());
        assertThat(Rows.load(rows.reversed())).isEqualTo(Everything.image());
        Golden.check("rows", rows.stream().map(CodecTest::line).toList());
    }

    @Test
    void aBatchComesBackAndItsBytesStay() throws IOException {
        var batch =
                new Batch(PROPOSED, Everything.commands().stream().map(this::operation).toList());
        var bytes = OperationCodec.encode(batch);

        assertThat(OperationCodec.decodeBatch(bytes)).isEqualTo(batch);
        Golden.check("batch", List.of(HEX.formatHex(bytes)));
    }

    @Test
    void aBatchIsReadFromAnyPartOfABufferWhichStaysAsItIs() {
        var batch = new Batch(PROPOSED, List.of(operation(Everything.commands().getFirst())));
        var bytes = OperationCodec.encode(batch);
        var direct = ByteBuffer.allocateDirect(bytes.length + 20);
        direct.position(10).put(bytes).flip().position(10);

        assertThat(OperationCodec.decodeBatch(direct.asReadOnlyBuffer())).isEqualTo(batch);
        assertThat(OperationCodec.decodeBatch(direct)).isEqualTo(batch);
        assertThat(direct.remaining()).isEqualTo(bytes.length);
    }

    @Test
    void aMoveOfALogThatIsOlderThanReasonsHasNone() {
        var recent = MigrationCodec.encode(Everything.migrations().getFirst());

        assertThat(MigrationCodec.decode(recent.toBuilder().clearWhy().build()).why()).isEmpty();
    }

    @Test
    void timesComeBackToTheNanosecond() {
        for (var at : List.of(Instant.EPOCH, Instant.ofEpochSecond(-5, 999_999_999), Instant.MAX)) {
            assertThat(Wire.decode(Wire.encode(at))).isEqualTo(at);
        }
        for (var span : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(9_999))) {
            assertThat(Wire.decode(Wire.encode(span))).isEqualTo(span);
        }
    }

    @Test
    void noRowsAreTheEmptyImage() {
        assertThat(Rows.load(List.of())).isEqualTo(ClusterImage.EMPTY);
        assertThat(Rows.load(Rows.all(ClusterImage.EMPTY))).isEqualTo(ClusterImage.EMPTY);
    }

    @Test
    void keysAreOrderedLikeTheIdentities() {
        var order = ByteString.unsignedLexicographicalComparator();
        var keys =
                Rows.all(Everything.image()).stream()
                        .filter(row -> row.table() == RowTable.PROCESSES)
                        .map(RowChange::key)
                        .toList();
        assertThat(keys).isSortedAccordingTo(order).hasSizeGreaterThan(5);
        assertThat(
                        List.of(
                                RowCodec.key(new LeaseId(1)),
                                RowCodec.key(new LeaseId(255)),
                                RowCodec.key(new LeaseId(256)),
                                RowCodec.key(new LeaseId(Long.MAX_VALUE))))
                .isSortedAccordingTo(order);
    }

    @Test
    void anUnknownCommandIsNeverSkipped() {
        var newer =
                CommandWire.Operation.newBuilder()
                        .setSequence(1)
                        .setCommand(
                                CommandWire.Command.newBuilder()
                                        .setUnknownFields(
                                                UnknownFieldSet.newBuilder()
                                                        .addField(
                                                                500,
                                                                UnknownFieldSet.Field.newBuilder()
                                                                        .addVarint(1)
                                                                        .build())
                                                        .build()))
                        .build();

        assertThatThrownBy(() -> OperationCodec.decode(newer.toByteArray()))
                .isInstanceOf(InvariantBroken.class)
                .hasMessageContaining("only fields that this version knows");
        assertThatThrownBy(() ->
                        OperationCodec.decode(
                                CommandWire.Operation.newBuilder()
                                        .setSequence(1)
                                        .build()
                                        .toByteArray()))
                .isInstanceOf(InvariantBroken.class)
                .hasMessageContaining("command");
    }

    @Test
    void anUnknownConstantIsNeverSkipped() {
        var node = NodeCodec.encode(Samples.node(Samples.HOME, 1)).toBuilder();
        for (var odd :
                List.of(
                        node.clone().setRoleValue(9).build(),
                        node.clone().setRole(ValueWire.Role.ROLE_UNSPECIFIED).build(),
                        node.clone().setStateValue(9).build())) {
            assertBroken(RowTable.NODES, odd.toByteString());
        }
    }

    @Test
    void anUnknownKindIsNeverSkipped() {
        assertBroken(RowTable.PROCESSES, ObjectWire.HostedProcess.newBuilder().build());
        assertThatThrownBy(() -> PhaseCodec.decode(ValueWire.Origin.getDefaultInstance()))
                .isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> PhaseCodec.decode(ValueWire.Outcome.getDefaultInstance()))
                .isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> ReplyCodec.decode(new byte[0]))
                .isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> EventCodec.decode(new byte[0]))
                .isInstanceOf(InvariantBroken.class);
    }

    @Test
    void valuesThatCannotBeAreNeverTaken() {
        assertBroken(
                RowTable.NODES,
                NodeCodec.encode(Samples.node(Samples.HOME, 1)).toBuilder()
                        .setId("not a name")
                        .build());
        assertBroken(
                RowTable.LEASES,
                ObjectWire.Lease.newBuilder()
                        .setTtl(
                                ValueWire.Span.newBuilder()
                                        .setSeconds(Long.MAX_VALUE)
                                        .setNanos(Integer.MAX_VALUE))
                        .build());
        assertThatThrownBy(() -> Wire.decode(ByteString.copyFromUtf8("short")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theEndOfALeaseTellsWhichOneWasSeen() {
        var end = operation(new ExpireLease(new LeaseId(9), 41));
        assertThat(OperationCodec.decode(OperationCodec.encode(end))).isEqualTo(end);
    }

    @Test
    void bytesThatAreCutOrFollowedByOthersAreNeverTaken() {
        var bytes = OperationCodec.encode(operation(new RevokeLease(new LeaseId(9))));
        for (var length = 0; length < bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> OperationCodec.decode(cut))
                    .isInstanceOf(InvariantBroken.class);
        }
        var longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> OperationCodec.decode(longer)).isInstanceOf(InvariantBroken.class);
    }

    @Test
    void aNewerVersionIsNeverTaken() {
        var batch = CommandWire.Batch.newBuilder().setVersion(2).build().toByteArray();
        assertThatThrownBy(() -> OperationCodec.decodeBatch(batch))
                .isInstanceOf(InvariantBroken.class)
                .hasMessageContaining("another version of krg");
        assertBroken(RowTable.COUNTERS, ObjectWire.Counters.newBuilder().setVersion(2).build());
    }

    @Test
    void randomBytesAreEitherReadOrBreakAnInvariantNothingElse() {
        var valid =
                OperationCodec.encode(
                        new Batch(
                                PROPOSED,
                                Everything.commands().stream().map(this::operation).toList()));
        Seeds.run(
                2_000,
                random -> {
                    var bytes = valid.clone();
                    for (var flips = 1 + random.nextInt(3); flips > 0; flips--) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                    try {
                        assertThat(OperationCodec.decodeBatch(bytes).operations()).isNotNull();
                    } catch (InvariantBroken expected) {
                        assertThat(expected).hasMessageNotContaining("null");
                    }
                });
    }

    @Test
    void randomCommandsComeBackAndAlwaysGiveTheSameBytes() {
        Seeds.run(
                100,
                random -> {
                    var commands = new RandomCommands(random);
                    for (var i = 0; i < 50; i++) {
                        var operation = operation(commands.next(Everything.image()));
                        var bytes = OperationCodec.encode(operation);

                        var decoded = OperationCodec.decode(bytes);
                        assertThat(decoded).isEqualTo(operation);
                        assertThat(OperationCodec.encode(decoded)).isEqualTo(bytes);
                    }
                });
    }

    private Operation operation(Command command) {
        return new Operation(new SessionId(Long.MAX_VALUE), 12, 3, command);
    }

    private static void assertBroken(RowTable table, MessageLite value) {
        assertBroken(table, value.toByteString());
    }

    private static void assertBroken(RowTable table, ByteString value) {
        var row = new RowChange.Put(table, ByteString.EMPTY, value);
        assertThatThrownBy(() -> Rows.load(List.of(row))).isInstanceOf(InvariantBroken.class);
    }

    private static String line(RowChange.Put row) {
        return row.table()
                + " "
                + HEX.formatHex(row.key().toByteArray())
                + " "
                + HEX.formatHex(row.value().toByteArray());
    }

    private static SortedSet<String> kinds(List<?> values) {
        var kinds = new TreeSet<String>();
        values.forEach(value -> kinds.add(value.getClass().getSimpleName()));
        return kinds;
    }

    private static SortedSet<String> namesOfAll(Class<?> kind) {
        var names = new TreeSet<String>();
        if (kind.isSealed()) {
            for (var permitted : kind.getPermittedSubclasses()) {
                names.addAll(namesOfAll(permitted));
            }
        } else {
            names.add(kind.getSimpleName());
        }
        return names;
    }
}
