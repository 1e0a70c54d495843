// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.KeyResult;
import org.krg.state.model.key.KeyValue;
import org.krg.state.proto.KeyWire;

/// What the parts of a transaction gave.
final class KeyResultCodec {
    private KeyResultCodec() {}

    static List<KeyWire.KeyResult> encode(List<KeyResult> results) {
        var encoded = new ArrayList<KeyWire.KeyResult>(results.size());
        for (var result : results) {
            encoded.add(encode(result));
        }
        return encoded;
    }

    static List<KeyResult> decode(List<KeyWire.KeyResult> results) {
        var decoded = new ArrayList<KeyResult>(results.size());
        for (var result : results) {
            decoded.add(decode(result));
        }
        return decoded;
    }

    private static KeyWire.KeyResult encode(KeyResult result) {
        var wire = KeyWire.KeyResult.newBuilder();
        switch (result) {
            case KeyResult.Found(var keys, var count, var more) -> {
                var found = wire.getFoundBuilder().setCount(count).setMore(more);
                keys.forEach(key -> found.addKeys(KeyValueCodec.encode(key)));
            }
            case KeyResult.Written(var previous) -> {
                var written = wire.getWrittenBuilder();
                previous.ifPresent(value -> written.setPrevious(KeyValueCodec.encode(value)));
            }
            case KeyResult.Deleted(var count, var previous) -> {
                var deleted = wire.getDeletedBuilder().setCount(count);
                previous.forEach(value -> deleted.addPrevious(KeyValueCodec.encode(value)));
            }
            case KeyResult.Nested(var succeeded, var results) ->
                    wire.getNestedBuilder().setSucceeded(succeeded).addAllResults(encode(results));
        }
        return wire.build();
    }

    private static KeyResult decode(KeyWire.KeyResult result) {
        return switch (result.getKindCase()) {
            case FOUND -> {
                var found = result.getFound();
                yield new KeyResult.Found(
                        values(found.getKeysList()), found.getCount(), found.getMore());
            }
            case WRITTEN -> {
                var written = result.getWritten();
                yield new KeyResult.Written(
                        written.hasPrevious()
                                ? Optional.of(KeyValueCodec.decode(written.getPrevious()))
                                : Optional.empty());
            }
            case DELETED -> {
                var deleted = result.getDeleted();
                yield new KeyResult.Deleted(deleted.getCount(), values(deleted.getPreviousList()));
            }
            case NESTED -> {
                var nested = result.getNested();
                yield new KeyResult.Nested(nested.getSucceeded(), decode(nested.getResultsList()));
            }
            case KIND_NOT_SET -> throw Wire.unknown("result of a request on keys");
        };
    }

    private static List<KeyValue> values(List<KeyWire.KeyValue> values) {
        var decoded = new ArrayList<KeyValue>(values.size());
        for (var value : values) {
            decoded.add(KeyValueCodec.decode(value));
        }
        return decoded;
    }
}
