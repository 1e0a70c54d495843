// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.proto.KeyWire;

/// Transactions on users' keys and their parts.
final class KeyTransactionCodec {
    private KeyTransactionCodec() {}

    static KeyWire.KeyTransaction encode(KeyTransaction transaction) {
        var wire = KeyWire.KeyTransaction.newBuilder();
        for (var comparison : transaction.when()) {
            wire.addWhen(encode(comparison));
        }
        for (var request : transaction.then()) {
            wire.addThen(encode(request));
        }
        for (var request : transaction.otherwise()) {
            wire.addOtherwise(encode(request));
        }
        return wire.build();
    }

    static KeyTransaction decode(KeyWire.KeyTransaction transaction) {
        var when = new ArrayList<KeyComparison>(transaction.getWhenCount());
        for (var comparison : transaction.getWhenList()) {
            when.add(decode(comparison));
        }
        return new KeyTransaction(
                when,
                decodeRequests(transaction.getThenList()),
                decodeRequests(transaction.getOtherwiseList()));
    }

    private static List<KeyRequest> decodeRequests(List<KeyWire.KeyRequest> requests) {
        var decoded = new ArrayList<KeyRequest>(requests.size());
        for (var request : requests) {
            decoded.add(decode(request));
        }
        return decoded;
    }

    private static KeyWire.KeyRequest encode(KeyRequest request) {
        var wire = KeyWire.KeyRequest.newBuilder();
        switch (request) {
            case KeyRequest.Read(var read) -> wire.setRead(encode(read));
            case KeyRequest.Put put -> wire.setPut(encode(put));
            case KeyRequest.Delete(var range, var previous) ->
                    wire.getDeleteBuilder()
                            .setRange(KeyValueCodec.encode(range))
                            .setPrevious(previous);
            case KeyRequest.Nested(var transaction) -> wire.setNested(encode(transaction));
        }
        return wire.build();
    }

    private static KeyRequest decode(KeyWire.KeyRequest request) {
        return switch (request.getKindCase()) {
            case READ -> new KeyRequest.Read(decode(request.getRead()));
            case PUT -> decode(request.getPut());
            case DELETE -> {
                var delete = request.getDelete();
                yield new KeyRequest.Delete(
                        KeyValueCodec.decode(delete.getRange()), delete.getPrevious());
            }
            case NESTED -> new KeyRequest.Nested(decode(request.getNested()));
            case KIND_NOT_SET -> throw Wire.unknown("request on keys");
        };
    }

    private static KeyWire.KeyPut encode(KeyRequest.Put put) {
        return KeyWire.KeyPut.newBuilder()
                .setKey(KeyValueCodec.encode(put.key()))
                .setValue(KeyValueCodec.encode(put.value()))
                .setLease(put.lease().value())
                .setPrevious(put.previous())
                .setKeepsValue(put.keepsValue())
                .setKeepsLease(put.keepsLease())
                .build();
    }

    private static KeyRequest.Put decode(KeyWire.KeyPut put) {
        return new KeyRequest.Put(
                KeyValueCodec.decode(put.getKey()),
                KeyValueCodec.decode(put.getValue()),
                new LeaseId(put.getLease()),
                put.getPrevious(),
                put.getKeepsValue(),
                put.getKeepsLease());
    }

    private static KeyWire.KeyComparison encode(KeyComparison comparison) {
        var wire =
                KeyWire.KeyComparison.newBuilder()
                        .setRange(KeyValueCodec.encode(comparison.range()))
                        .setRelation(wire(comparison.relation()));
        switch (comparison.operand()) {
            case Operand.Version(var version) -> wire.setVersion(version);
            case Operand.Created(var revision) -> wire.setCreated(revision);
            case Operand.Modified(var revision) -> wire.setModified(revision);
            case Operand.OfLease(var lease) -> wire.setLease(lease);
            case Operand.Value(var value) -> wire.setValue(KeyValueCodec.encode(value));
        }
        return wire.build();
    }

    private static KeyComparison decode(KeyWire.KeyComparison comparison) {
        return new KeyComparison(
                KeyValueCodec.decode(comparison.getRange()),
                Wire.constant(
                        Relation.values(), KeyTransactionCodec::wire, comparison.getRelation()),
                operand(comparison));
    }

    private static Operand operand(KeyWire.KeyComparison comparison) {
        return switch (comparison.getOperandCase()) {
            case VERSION -> new Operand.Version(comparison.getVersion());
            case CREATED -> new Operand.Created(comparison.getCreated());
            case MODIFIED -> new Operand.Modified(comparison.getModified());
            case LEASE -> new Operand.OfLease(comparison.getLease());
            case VALUE -> new Operand.Value(KeyValueCodec.decode(comparison.getValue()));
            case OPERAND_NOT_SET -> throw Wire.unknown("operand of a comparison");
        };
    }

    private static KeyWire.RangeRead encode(RangeRead read) {
        var bounds = read.bounds();
        return KeyWire.RangeRead.newBuilder()
                .setRange(KeyValueCodec.encode(read.range()))
                .setAt(read.at().value())
                .setLimit(read.limit())
                .setBy(wire(read.order().by()))
                .setDescending(read.order().descending())
                .setMinModified(bounds.minModified())
                .setMaxModified(bounds.maxModified())
                .setMinCreated(bounds.minCreated())
                .setMaxCreated(bounds.maxCreated())
                .setShows(wire(read.shows()))
                .build();
    }

    private static RangeRead decode(KeyWire.RangeRead read) {
        return new RangeRead(
                KeyValueCodec.decode(read.getRange()),
                new Revision(read.getAt()),
                read.getLimit(),
                new RangeRead.Order(
                        Wire.constant(
                                RangeRead.By.values(), KeyTransactionCodec::wire, read.getBy()),
                        read.getDescending()),
                new RangeRead.Bounds(
                        read.getMinModified(),
                        read.getMaxModified(),
                        read.getMinCreated(),
                        read.getMaxCreated()),
                Wire.constant(
                        RangeRead.Shows.values(), KeyTransactionCodec::wire, read.getShows()));
    }

    private static KeyWire.KeyComparison.Relation wire(Relation relation) {
        return switch (relation) {
            case EQUAL -> KeyWire.KeyComparison.Relation.EQUAL;
            case NOT_EQUAL -> KeyWire.KeyComparison.Relation.NOT_EQUAL;
            case GREATER -> KeyWire.KeyComparison.Relation.GREATER;
            case LESS -> KeyWire.KeyComparison.Relation.LESS;
        };
    }

    private static KeyWire.RangeRead.By wire(RangeRead.By by) {
        return switch (by) {
            case KEY -> KeyWire.RangeRead.By.KEY;
            case VERSION -> KeyWire.RangeRead.By.VERSION;
            case CREATED -> KeyWire.RangeRead.By.CREATED;
            case MODIFIED -> KeyWire.RangeRead.By.MODIFIED;
            case VALUE -> KeyWire.RangeRead.By.VALUE;
        };
    }

    private static KeyWire.RangeRead.Shows wire(RangeRead.Shows shows) {
        return switch (shows) {
            case ALL -> KeyWire.RangeRead.Shows.ALL;
            case KEYS -> KeyWire.RangeRead.Shows.KEYS;
            case COUNT -> KeyWire.RangeRead.Shows.COUNT;
        };
    }
}
