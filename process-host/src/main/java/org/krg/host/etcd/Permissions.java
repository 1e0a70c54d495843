// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Permission;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

/// The permissions of roles in the messages of etcd, and back. All methods are pure.
final class Permissions {
    /// What the role root may do, which nobody granted.
    static final Permission EVERYTHING = of(new KeyGrant(KeyRange.ALL, Mode.READ_WRITE));

    private Permissions() {}

    /// {@return what is to be granted} Throws [GrpcFailure].
    static KeyGrant grant(Permission from) {
        var mode =
                switch (from.getPermType()) {
                    case READ -> Mode.READ;
                    case WRITE -> Mode.WRITE;
                    case READWRITE -> Mode.READ_WRITE;
                    case UNRECOGNIZED -> throw EtcdError.PERMISSION_NOT_GIVEN.failure();
                };
        return new KeyGrant(range(from.getKey(), from.getRangeEnd()), mode);
    }

    /// {@return the keys that a permission is about} Throws [GrpcFailure].
    static KeyRange range(ByteString key, ByteString end) {
        if (key.isEmpty()) {
            throw EtcdError.INVALID_AUTH_MANAGEMENT.failure();
        }
        var range = Requests.range(key, end);
        if (range.isEmpty()) {
            throw EtcdError.INVALID_AUTH_MANAGEMENT.failure();
        }
        return range;
    }

    /// {@return what was granted}
    static Permission of(KeyGrant grant) {
        var range = grant.range();
        var message = Permission.newBuilder().setPermType(type(grant.mode()));
        if (range.isEndless()) {
            var start = range.start().isEmpty() ? Requests.NO_END : bytes(range.start());
            return message.setKey(start).setRangeEnd(Requests.NO_END).build();
        }
        message.setKey(bytes(range.start()));
        return range.isOne() ? message.build() : message.setRangeEnd(bytes(range.end())).build();
    }

    private static Permission.Type type(Mode mode) {
        return switch (mode) {
            case READ -> Permission.Type.READ;
            case WRITE -> Permission.Type.WRITE;
            case READ_WRITE -> Permission.Type.READWRITE;
        };
    }

    private static ByteString bytes(Bytes from) {
        return Answers.bytes(from);
    }
}
