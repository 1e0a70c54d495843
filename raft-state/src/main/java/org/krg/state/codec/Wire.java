// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;
import org.krg.state.proto.ValueWire;

/// What all codecs share: strict parsing, and the simplest values.
final class Wire {
    private Wire() {}

    /// {@return the value that `decode` makes of the message in `bytes`} Whatever is wrong with the
    /// bytes breaks an invariant.
    static <M extends Message, T> T read(
            Parser<M> parser, ByteString bytes, Function<M, T> decode) {
        try {
            var message = DiscardUnknownFieldsParser.wrap(parser).parseFrom(bytes);
            if (message.getSerializedSize() != bytes.size()) {
                throw new InvariantBroken(
                        "only fields that this version knows: "
                                + message.getClass().getSimpleName()
                                + " of "
                                + bytes.size()
                                + " bytes, understood "
                                + message.getSerializedSize());
            }
            return decode.apply(message);
        } catch (InvalidProtocolBufferException
                | IllegalArgumentException
                | DateTimeException
                | ArithmeticException wrong) {
            throw new InvariantBroken("bytes that can be understood", wrong);
        }
    }

    static InvariantBroken unknown(Object kind) {
        return new InvariantBroken("only kinds that this version knows: " + kind);
    }

    /// {@return the constant whose wire form is `sought`}
    static <E extends Enum<E>, W> E constant(E[] all, Function<E, W> wire, W sought) {
        for (var constant : all) {
            if (wire.apply(constant).equals(sought)) {
                return constant;
            }
        }
        throw unknown(sought);
    }

    static ValueWire.Time encode(Instant at) {
        return ValueWire.Time.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    static Instant decode(ValueWire.Time at) {
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
    }

    static ValueWire.Span encode(Duration span) {
        return ValueWire.Span.newBuilder()
                .setSeconds(span.getSeconds())
                .setNanos(span.getNano())
                .build();
    }

    static Duration decode(ValueWire.Span span) {
        return Duration.ofSeconds(span.getSeconds(), span.getNanos());
    }

    static ByteString encode(Sha256 digest) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digest.hex()));
    }

    static Sha256 decode(ByteString digest) {
        return new Sha256(HexFormat.of().formatHex(digest.toByteArray()));
    }

    static List<String> names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::name).toList();
    }

    static List<NodeId> nodes(List<String> names) {
        return names.stream().map(NodeId::new).toList();
    }
}
