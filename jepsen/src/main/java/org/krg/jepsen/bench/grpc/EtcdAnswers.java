// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.function.IntConsumer;

/// Reads the few fields of etcd's answers that a bench needs.
final class EtcdAnswers {
    private static final int WATCH_CREATED = 3;
    private static final int WATCH_CANCELED = 4;
    private static final int WATCH_EVENTS = 11;
    private static final int EVENT_KV = 2;
    private static final int KV_KEY = 1;
    private static final int STATUS_HEADER = 1;
    private static final int STATUS_LEADER = 4;
    private static final int HEADER_MEMBER = 2;

    private EtcdAnswers() {}

    /// What is inside a field.
    private interface Field {
        /// Reads the field, or skips it and returns false.
        boolean read(int number, CodedInputStream in) throws IOException;
    }

    /// Reads a `WatchResponse`: `created` is called when it says so, `seen` with each changed key.
    static void watch(byte[] message, Runnable created, Runnable canceled, IntConsumer seen) {
        read(
                message,
                (number, in) -> {
                    switch (number) {
                        case WATCH_CREATED -> created.run();
                        case WATCH_CANCELED -> canceled.run();
                        case WATCH_EVENTS -> {
                            event(in.readByteArray(), seen);
                            return true;
                        }
                        default -> {}
                    }
                    return false;
                });
    }

    private static void event(byte[] message, IntConsumer seen) {
        read(
                message,
                (number, in) -> {
                    if (number == EVENT_KV) {
                        keyValue(in.readByteArray(), seen);
                    }
                    return number == EVENT_KV;
                });
    }

    private static void keyValue(byte[] message, IntConsumer seen) {
        read(
                message,
                (number, in) -> {
                    if (number == KV_KEY) {
                        var key = in.readByteArray();
                        seen.accept(key[key.length - 1] - '0');
                    }
                    return number == KV_KEY;
                });
    }

    /// {@return whether a `StatusResponse` is that of the leader}
    static boolean isLeader(byte[] message) {
        var ids = new long[2];
        read(
                message,
                (number, in) -> {
                    switch (number) {
                        case STATUS_HEADER -> ids[0] = member(in.readByteArray());
                        case STATUS_LEADER -> ids[1] = in.readUInt64();
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        return ids[0] != 0 && ids[0] == ids[1];
    }

    private static long member(byte[] header) {
        var id = new long[1];
        read(
                header,
                (number, in) -> {
                    if (number == HEADER_MEMBER) {
                        id[0] = in.readUInt64();
                    }
                    return number == HEADER_MEMBER;
                });
        return id[0];
    }

    private static void read(byte[] message, Field field) {
        var in = CodedInputStream.newInstance(message);
        try {
            for (var tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (!field.read(WireFormat.getTagFieldNumber(tag), in)) {
                    in.skipField(tag);
                }
            }
        } catch (IOException broken) {
            throw new IllegalArgumentException("not an answer of etcd's API", broken);
        }
    }
}
