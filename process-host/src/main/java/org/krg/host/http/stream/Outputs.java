// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.krg.host.OutputChunk;
import org.krg.host.OutputStreamName;
import org.krg.host.ProcessHost;
import org.krg.host.RestartMark;
import org.krg.host.http.access.Caller;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.state.model.Epoch;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// The output of incarnations, of this node's and, by asking their agents, of other nodes'. Methods
/// block, and throw [org.krg.host.HostFailure] when it cannot be read now.
public final class Outputs {
    /// Bytes of a piece: large enough to be few, small enough to be text in a reply.
    public static final int PIECE = 64 * 1024;

    private final NodeId self;
    private final ProcessHost local;
    private final Peers peers;
    private final Replica replica;

    public Outputs(NodeId self, ProcessHost local, Peers peers, Replica replica) {
        this.self = self;
        this.local = local;
        this.peers = peers;
        this.replica = replica;
    }

    /// An incarnation, and on whose behalf its output is read.
    public record Incarnation(NodeId node, ProcessId process, Epoch epoch, Caller caller) {}

    /// {@return the next piece of a stream; empty at its present end}
    OutputChunk read(Incarnation of, OutputStreamName stream, long offset) {
        if (of.node().equals(self)) {
            return local.output(of.process(), of.epoch(), stream, offset, PIECE);
        }
        return chunk(
                ask(
                        of,
                        "/v1/processes/%s/output?epoch=%s&stream=%s&offset=%s"
                                .formatted(of.process(), of.epoch(), word(stream), offset)));
    }

    /// {@return where the incarnation was brought back; empty when it began from the start}
    Optional<RestartMark> mark(Incarnation of) {
        if (of.node().equals(self)) {
            return local.restartMarks(of.process(), of.epoch()).stream()
                    .reduce((_, newer) -> newer);
        }
        return mark(
                ask(
                        of,
                        "/v1/processes/%s/restart-mark?epoch=%s"
                                .formatted(of.process(), of.epoch())));
    }

    private JsonNode ask(Incarnation of, String path) {
        var node = Targets.node(replica.image(), of.node().name());
        return peers.ask(node, of.caller(), path);
    }

    /// {@return a piece as agents tell it to each other}
    public static ObjectNode view(OutputChunk chunk) {
        return Json.object()
                .put("offset", chunk.offset())
                .put("sizeBytes", chunk.sizeBytes())
                .put("ended", chunk.ended())
                .put("base64", base64(chunk.bytes()));
    }

    private static OutputChunk chunk(JsonNode view) {
        return new OutputChunk(
                view.path("offset").asLong(),
                ByteBuffer.wrap(Base64.getDecoder().decode(view.path("base64").asText())),
                view.path("sizeBytes").asLong(),
                view.path("ended").asBoolean());
    }

    /// {@return a mark as agents tell it to each other}
    public static ObjectNode view(Optional<RestartMark> mark) {
        var view = Json.object();
        mark.ifPresent(it ->
                view.put("generation", it.generation())
                        .put("stdoutBytes", it.stdoutBytes())
                        .put("stderrBytes", it.stderrBytes()));
        return view;
    }

    private static Optional<RestartMark> mark(JsonNode view) {
        return view.has("generation")
                ? Optional.of(
                        new RestartMark(
                                view.path("generation").asLong(),
                                view.path("stdoutBytes").asLong(),
                                view.path("stderrBytes").asLong()))
                : Optional.empty();
    }

    static String base64(ByteBuffer bytes) {
        return new String(
                Base64.getEncoder().encode(bytes.duplicate()).array(), StandardCharsets.ISO_8859_1);
    }

    private static String word(OutputStreamName stream) {
        return Json.word(stream);
    }
}
