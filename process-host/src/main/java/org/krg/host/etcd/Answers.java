// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.ibm.etcd.api.DeleteRangeResponse;
import com.ibm.etcd.api.Event;
import com.ibm.etcd.api.KeyValue;
import com.ibm.etcd.api.PutResponse;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.api.ResponseHeader;
import com.ibm.etcd.api.ResponseOp;
import com.ibm.etcd.api.TxnResponse;
import java.util.List;
import org.krg.state.KeySpace.Change;
import org.krg.state.command.KeyResult;
import org.krg.state.command.Reply;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;

/// krg's results in the messages of etcd. All methods are pure.
final class Answers {
    private Answers() {}

    static ByteString bytes(Bytes from) {
        return UnsafeByteOperations.unsafeWrap(from.unsafe());
    }

    static KeyValue keyValue(org.krg.state.model.key.KeyValue from) {
        return KeyValue.newBuilder()
                .setKey(bytes(from.key()))
                .setValue(bytes(from.value()))
                .setCreateRevision(from.created().value())
                .setModRevision(from.modified().value())
                .setVersion(from.version())
                .setLease(from.lease().value())
                .build();
    }

    /// {@return the transaction that was done} Throws the failure of one that was refused.
    static Reply.Transacted transacted(Reply reply) {
        return switch (reply) {
            case Reply.Transacted done -> done;
            case Reply.Accepted(var revision, _) -> new Reply.Transacted(revision, true, List.of());
            case Reply.Synchronised(var revision, _) ->
                    new Reply.Transacted(revision, true, List.of());
            case Reply.Refused(_, var refusal, var detail) -> throw Errors.of(refusal, detail);
        };
    }

    /// {@return what took effect} Throws the failure of what was refused.
    static Reply.Accepted accepted(Reply reply) {
        return switch (reply) {
            case Reply.Accepted done -> done;
            case Reply.Transacted(var revision, _, _) -> new Reply.Accepted(revision, 0);
            case Reply.Synchronised(var revision, _) -> new Reply.Accepted(revision, 0);
            case Reply.Refused(_, var refusal, var detail) -> throw Errors.of(refusal, detail);
        };
    }

    static RangeResponse range(ResponseHeader header, KeyResult.Found found) {
        var message =
                RangeResponse.newBuilder()
                        .setHeader(header)
                        .setCount(found.count())
                        .setMore(found.more());
        found.keys().forEach(each -> message.addKvs(keyValue(each)));
        return message.build();
    }

    static PutResponse put(ResponseHeader header, KeyResult.Written written) {
        var message = PutResponse.newBuilder().setHeader(header);
        written.previous().ifPresent(each -> message.setPrevKv(keyValue(each)));
        return message.build();
    }

    static DeleteRangeResponse delete(ResponseHeader header, KeyResult.Deleted deleted) {
        var message =
                DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(deleted.count());
        deleted.previous().forEach(each -> message.addPrevKvs(keyValue(each)));
        return message.build();
    }

    static TxnResponse transaction(ResponseHeader header, Reply.Transacted done) {
        return transaction(header, done.revision(), done.succeeded(), done.results());
    }

    private static TxnResponse transaction(
            ResponseHeader header, Revision revision, boolean succeeded, List<KeyResult> results) {
        var message = TxnResponse.newBuilder().setHeader(header).setSucceeded(succeeded);
        results.forEach(each -> message.addResponses(part(revision, each)));
        return message.build();
    }

    /// Inside of a transaction a header has nothing but the revision.
    private static ResponseOp part(Revision revision, KeyResult result) {
        var header = ResponseHeader.newBuilder().setRevision(revision.value()).build();
        var part = ResponseOp.newBuilder();
        switch (result) {
            case KeyResult.Found found -> part.setResponseRange(range(header, found));
            case KeyResult.Written written -> part.setResponsePut(put(header, written));
            case KeyResult.Deleted deleted -> part.setResponseDeleteRange(delete(header, deleted));
            case KeyResult.Nested(var succeeded, var results) ->
                    part.setResponseTxn(transaction(header, revision, succeeded, results));
        }
        return part.build();
    }

    /// A deletion has the key and the revision it was deleted at, and nothing else.
    static Event event(Change change) {
        var message = Event.newBuilder();
        if (change.isDelete()) {
            message.setType(Event.EventType.DELETE)
                    .setKv(
                            KeyValue.newBuilder()
                                    .setKey(bytes(change.now().key()))
                                    .setModRevision(change.now().modified().value()));
        } else {
            message.setType(Event.EventType.PUT).setKv(keyValue(change.now()));
        }
        change.before().ifPresent(before -> message.setPrevKv(keyValue(before)));
        return message.build();
    }
}
