// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.proto.KeyWire;
import org.krg.state.proto.ValueWire;

/// Keys, ranges and values of users.
final class KeyValueCodec {
    private KeyValueCodec() {}

    static ByteString encode(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.unsafe());
    }

    /// Copies: the message may stand in a buffer that is used again.
    static Bytes decode(ByteString bytes) {
        return Bytes.wrap(bytes.toByteArray());
    }

    static ValueWire.KeyRange encode(KeyRange range) {
        return ValueWire.KeyRange.newBuilder()
                .setStart(encode(range.start()))
                .setEnd(encode(range.end()))
                .build();
    }

    static KeyRange decode(ValueWire.KeyRange range) {
        return new KeyRange(decode(range.getStart()), decode(range.getEnd()));
    }

    static KeyWire.KeyValue encode(KeyValue value) {
        return KeyWire.KeyValue.newBuilder()
                .setKey(encode(value.key()))
                .setValue(encode(value.value()))
                .setCreated(value.created().value())
                .setModified(value.modified().value())
                .setVersion(value.version())
                .setLease(value.lease().value())
                .build();
    }

    static KeyValue decode(KeyWire.KeyValue value) {
        return new KeyValue(
                decode(value.getKey()),
                decode(value.getValue()),
                new Revision(value.getCreated()),
                new Revision(value.getModified()),
                value.getVersion(),
                new LeaseId(value.getLease()));
    }
}
