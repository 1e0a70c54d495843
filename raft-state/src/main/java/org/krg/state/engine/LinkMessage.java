// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.krg.state.codec.OperationCodec;
import org.krg.state.codec.ReplyCodec;
import org.krg.state.command.Reply;
import org.krg.state.model.InvariantBroken;

/// What nodes say to the one that leads, and its answers: a byte that names the kind, then the
/// rest.
sealed interface LinkMessage {
    /// Propose an operation, which is encoded.
    record Submit(ByteString operation) implements LinkMessage {}

    /// Which log index makes a read current?
    record AskReadIndex() implements LinkMessage {}

    /// The operation was applied.
    record Answered(Reply reply) implements LinkMessage {}

    /// A read is current once the log is applied up to there.
    record ReadIndex(long index) implements LinkMessage {}

    /// Nothing was done: the node does not lead, or cannot take more.
    record NotDone() implements LinkMessage {}

    /// The operation may still be applied.
    record MayBeDone() implements LinkMessage {}

    private static byte kind(LinkMessage message) {
        return switch (message) {
            case Submit _ -> 1;
            case AskReadIndex _ -> 2;
            case Answered _ -> 3;
            case ReadIndex _ -> 4;
            case NotDone _ -> 5;
            case MayBeDone _ -> 6;
        };
    }

    /// {@return the message as bytes}
    default byte[] toBytes() {
        var rest =
                switch (this) {
                    case Submit(var operation) -> operation.toByteArray();
                    case Answered(var reply) -> ReplyCodec.encode(reply);
                    case ReadIndex(var index) -> RowKey.of(index);
                    case AskReadIndex(), NotDone(), MayBeDone() -> new byte[0];
                };
        return ByteBuffer.allocate(1 + rest.length).put(kind(this)).put(rest).array();
    }

    /// {@return the message in the bytes} Throws [BadMessage] when there is none.
    static LinkMessage parse(byte[] bytes) {
        if (bytes.length == 0) {
            throw new BadMessage("an empty message");
        }
        var rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            return parse(bytes[0], rest);
        } catch (InvariantBroken | IndexOutOfBoundsException unreadable) {
            throw new BadMessage("an unreadable message of kind " + bytes[0], unreadable);
        }
    }

    private static LinkMessage parse(byte kind, byte[] rest) {
        return switch (kind) {
            case 1 -> submit(rest);
            case 2 -> new AskReadIndex();
            case 3 -> new Answered(ReplyCodec.decode(rest));
            case 4 -> new ReadIndex(RowKey.number(rest, 0));
            case 5 -> new NotDone();
            case 6 -> new MayBeDone();
            default -> throw new BadMessage("a message of the unknown kind " + kind);
        };
    }

    private static Submit submit(byte[] operation) {
        // What cannot be decoded must not get into the log.
        var _ = OperationCodec.decode(operation);
        return new Submit(UnsafeByteOperations.unsafeWrap(operation));
    }

    /// A message that no node of this version sends.
    final class BadMessage extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadMessage(String message) {
            super(message);
        }

        BadMessage(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
