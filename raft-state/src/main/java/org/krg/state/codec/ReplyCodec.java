// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.Revision;
import org.krg.state.model.SyncAnswer;
import org.krg.state.proto.CommandWire;

/// Replies, for the session table and for the wire.
public final class ReplyCodec {
    private ReplyCodec() {}

    /// {@return the bytes of one reply}
    public static byte[] encode(Reply reply) {
        return wire(reply).toByteArray();
    }

    /// {@return the reply in `bytes`}
    public static Reply decode(byte[] bytes) {
        return Wire.read(CommandWire.Reply.parser(), wrap(bytes), ReplyCodec::model);
    }

    /// {@return the bytes of a reply that is kept}
    public static byte[] encode(KeptReply kept) {
        return wire(kept.reply()).toBuilder()
                .setAskedBy(kept.principal())
                .setAsked(kept.kind())
                .build()
                .toByteArray();
    }

    /// {@return the kept reply in `bytes`}
    public static KeptReply decodeKept(byte[] bytes) {
        return Wire.read(
                CommandWire.Reply.parser(),
                wrap(bytes),
                kept -> new KeptReply(model(kept), kept.getAskedBy(), kept.getAsked()));
    }

    /// {@return the bytes of the replies to a batch, in the order of its operations}
    public static byte[] encodeAll(List<Reply> replies) {
        return CommandWire.Replies.newBuilder()
                .addAllReplies(replies.stream().map(ReplyCodec::wire).toList())
                .build()
                .toByteArray();
    }

    /// {@return the replies in `bytes`}
    public static List<Reply> decodeAll(byte[] bytes) {
        return Wire.read(
                CommandWire.Replies.parser(),
                wrap(bytes),
                replies -> replies.getRepliesList().stream().map(ReplyCodec::model).toList());
    }

    private static ByteString wrap(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    private static CommandWire.Reply wire(Reply reply) {
        var wire = CommandWire.Reply.newBuilder();
        switch (reply) {
            case Reply.Accepted(var revision, var created) ->
                    wire.getAcceptedBuilder().setRevision(revision.value()).setCreated(created);
            case Reply.Transacted(var revision, var succeeded, var results) ->
                    wire.getTransactedBuilder()
                            .setRevision(revision.value())
                            .setSucceeded(succeeded)
                            .addAllResults(KeyResultCodec.encode(results));
            case Reply.Synchronised(var revision, var answer) -> {
                var synchronised = wire.getSynchronisedBuilder().setRevision(revision.value());
                answer.ifPresent(it -> synchronised.setAnswer(SyncValueCodec.encode(it)));
            }
            case Reply.Refused(var revision, var refusal, var detail) ->
                    wire.getRefusedBuilder()
                            .setRevision(revision.value())
                            .setRefusal(wire(refusal))
                            .setDetail(detail);
        }
        return wire.build();
    }

    private static Reply model(CommandWire.Reply reply) {
        return switch (reply.getKindCase()) {
            case ACCEPTED -> {
                var accepted = reply.getAccepted();
                yield new Reply.Accepted(
                        new Revision(accepted.getRevision()), accepted.getCreated());
            }
            case TRANSACTED -> {
                var transacted = reply.getTransacted();
                yield new Reply.Transacted(
                        new Revision(transacted.getRevision()),
                        transacted.getSucceeded(),
                        KeyResultCodec.decode(transacted.getResultsList()));
            }
            case SYNCHRONISED -> {
                var synchronised = reply.getSynchronised();
                var answer =
                        synchronised.hasAnswer()
                                ? Optional.of(SyncValueCodec.decode(synchronised.getAnswer()))
                                : Optional.<SyncAnswer>empty();
                yield new Reply.Synchronised(new Revision(synchronised.getRevision()), answer);
            }
            case REFUSED -> {
                var refused = reply.getRefused();
                yield new Reply.Refused(
                        new Revision(refused.getRevision()),
                        Wire.constant(Refusal.values(), ReplyCodec::wire, refused.getRefusal()),
                        refused.getDetail());
            }
            case KIND_NOT_SET -> throw Wire.unknown("reply");
        };
    }

    private static CommandWire.Refusal wire(Refusal refusal) {
        return switch (refusal) {
            case NOT_FOUND -> CommandWire.Refusal.REFUSAL_NOT_FOUND;
            case NAME_TAKEN -> CommandWire.Refusal.REFUSAL_NAME_TAKEN;
            case INVALID -> CommandWire.Refusal.REFUSAL_INVALID;
            case CONFLICT -> CommandWire.Refusal.REFUSAL_CONFLICT;
            case WRONG_TERM -> CommandWire.Refusal.REFUSAL_WRONG_TERM;
            case SESSION_EXPIRED -> CommandWire.Refusal.REFUSAL_SESSION_EXPIRED;
            case LIMIT -> CommandWire.Refusal.REFUSAL_LIMIT;
            case KEY_EMPTY -> CommandWire.Refusal.REFUSAL_KEY_EMPTY;
            case KEY_NOT_FOUND -> CommandWire.Refusal.REFUSAL_KEY_NOT_FOUND;
            case DUPLICATE_KEY -> CommandWire.Refusal.REFUSAL_DUPLICATE_KEY;
            case VALUE_PROVIDED -> CommandWire.Refusal.REFUSAL_VALUE_PROVIDED;
            case LEASE_PROVIDED -> CommandWire.Refusal.REFUSAL_LEASE_PROVIDED;
            case LEASE_NOT_FOUND -> CommandWire.Refusal.REFUSAL_LEASE_NOT_FOUND;
            case TOO_MANY_OPERATIONS -> CommandWire.Refusal.REFUSAL_TOO_MANY_OPERATIONS;
            case TOO_LARGE -> CommandWire.Refusal.REFUSAL_TOO_LARGE;
            case COMPACTED -> CommandWire.Refusal.REFUSAL_COMPACTED;
            case FUTURE_REVISION -> CommandWire.Refusal.REFUSAL_FUTURE_REVISION;
            case NOT_PERMITTED -> CommandWire.Refusal.REFUSAL_NOT_PERMITTED;
        };
    }
}
