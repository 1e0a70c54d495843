// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Compare;
import com.ibm.etcd.api.DeleteRangeRequest;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RequestOp;
import com.ibm.etcd.api.TxnRequest;
import java.util.List;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Order;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// What etcd's requests mean. All methods are pure and throw [GrpcFailure].
final class Requests {
    /// An end of a range of this one byte stands for no end.
    static final ByteString NO_END = ByteString.copyFrom(new byte[] {0});

    /// The first of all keys but the empty one, which nobody can write.
    static final ByteString FIRST = NO_END;

    private Requests() {}

    static Bytes bytes(ByteString from) {
        return Bytes.wrap(from.toByteArray());
    }

    /// {@return the keys that etcd names by a key and an end: none for the key alone, a zero byte
    /// for no upper bound}
    static KeyRange range(ByteString key, ByteString end) {
        if (key.isEmpty()) {
            throw EtcdError.KEY_EMPTY.failure();
        }
        var start = bytes(key);
        if (end.isEmpty()) {
            return KeyRange.one(start);
        }
        // Every key, from the empty one on, is also written as a zero byte.
        var first = key.equals(NO_END) && end.equals(NO_END) ? Bytes.EMPTY : start;
        return end.equals(NO_END) ? KeyRange.from(first) : new KeyRange(start, bytes(end));
    }

    static RangeRead read(RangeRequest from) {
        return new RangeRead(
                range(from.getKey(), from.getRangeEnd()),
                new Revision(Math.max(0, from.getRevision())),
                Math.max(0, from.getLimit()),
                order(from),
                new Bounds(
                        from.getMinModRevision(),
                        from.getMaxModRevision(),
                        from.getMinCreateRevision(),
                        from.getMaxCreateRevision()),
                from.getCountOnly() ? Shows.COUNT : from.getKeysOnly() ? Shows.KEYS : Shows.ALL);
    }

    /// Without a direction, keys are ascending by what they are sorted by.
    private static Order order(RangeRequest from) {
        var by =
                switch (from.getSortTarget()) {
                    case KEY -> By.KEY;
                    case VERSION -> By.VERSION;
                    case CREATE -> By.CREATED;
                    case MOD -> By.MODIFIED;
                    case VALUE -> By.VALUE;
                    case UNRECOGNIZED -> throw EtcdError.SORT_OPTION.failure();
                };
        return switch (from.getSortOrder()) {
            case NONE, ASCEND -> new Order(by, false);
            case DESCEND -> new Order(by, true);
            case UNRECOGNIZED -> throw EtcdError.SORT_OPTION.failure();
        };
    }

    static KeyRequest.Put put(PutRequest from) {
        return new KeyRequest.Put(
                bytes(from.getKey()),
                bytes(from.getValue()),
                new LeaseId(from.getLease()),
                from.getPrevKv(),
                from.getIgnoreValue(),
                from.getIgnoreLease());
    }

    static KeyRequest.Delete delete(DeleteRangeRequest from) {
        return new KeyRequest.Delete(range(from.getKey(), from.getRangeEnd()), from.getPrevKv());
    }

    static KeyTransaction transaction(TxnRequest from) {
        return new KeyTransaction(
                from.getCompareList().stream().map(Requests::comparison).toList(),
                requests(from.getSuccessList()),
                requests(from.getFailureList()));
    }

    private static List<KeyRequest> requests(List<RequestOp> from) {
        return from.stream().map(Requests::request).toList();
    }

    private static KeyRequest request(RequestOp from) {
        return switch (from.getRequestCase()) {
            case REQUEST_RANGE -> new KeyRequest.Read(read(from.getRequestRange()));
            case REQUEST_PUT -> put(from.getRequestPut());
            case REQUEST_DELETE_RANGE -> delete(from.getRequestDeleteRange());
            case REQUEST_TXN -> new KeyRequest.Nested(transaction(from.getRequestTxn()));
            case REQUEST_NOT_SET -> throw EtcdError.KEY_EMPTY.failure();
        };
    }

    private static KeyComparison comparison(Compare from) {
        var relation =
                switch (from.getResult()) {
                    case EQUAL -> Relation.EQUAL;
                    case NOT_EQUAL -> Relation.NOT_EQUAL;
                    case GREATER -> Relation.GREATER;
                    case LESS -> Relation.LESS;
                    case UNRECOGNIZED -> throw unknown("relation", from.getResultValue());
                };
        var operand =
                switch (from.getTarget()) {
                    case VERSION -> new Operand.Version(from.getVersion());
                    case CREATE -> new Operand.Created(from.getCreateRevision());
                    case MOD -> new Operand.Modified(from.getModRevision());
                    case LEASE -> new Operand.OfLease(from.getLease());
                    case VALUE -> new Operand.Value(bytes(from.getValue()));
                    case UNRECOGNIZED -> throw unknown("target", from.getTargetValue());
                };
        return new KeyComparison(range(from.getKey(), from.getRangeEnd()), relation, operand);
    }

    private static GrpcFailure unknown(String what, int number) {
        return new GrpcFailure(
                GrpcStatus.INVALID_ARGUMENT, "krg does not know the %s %s".formatted(what, number));
    }
}
