// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.UnsafeByteOperations;
import com.ibm.etcd.api.ResponseHeader;
import com.ibm.etcd.api.SnapshotRequest;
import com.ibm.etcd.api.SnapshotResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.host.etcd.grpc.GrpcSession;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.ClusterStore;

/// A backup of this replica on its way to a client: what `krg-admin state restore` takes. It is
/// written by a thread of its own, as fast as the client reads.
final class SnapshotSession implements GrpcSession<SnapshotRequest> {
    private static final int PIECE = 64 * 1024;

    private final ClusterStore store;
    private final Headers headers;
    private final GrpcReplies replies;
    private boolean isBegun;

    SnapshotSession(ClusterStore store, Headers headers, GrpcReplies replies) {
        this.store = store;
        this.headers = headers;
        this.replies = replies;
    }

    @Override
    public void accept(SnapshotRequest request) {
        if (isBegun) {
            replies.fail(
                    new GrpcFailure(
                            GrpcStatus.INVALID_ARGUMENT, "a call for a snapshot is one message"));
            return;
        }
        isBegun = true;
        Thread.ofVirtual().name("krg-snapshot").start(this::write);
    }

    private void write() {
        try (var out = new BufferedOutputStream(new Pieces(), PIECE)) {
            store.backup(out);
            out.flush();
            replies.complete();
        } catch (IOException | RuntimeException failed) {
            // Whoever is gone has no use for the reason.
            if (replies.isOpen()) {
                replies.fail(failed);
            }
        }
    }

    @Override
    public void end() {
        // The client has asked; it goes on reading.
    }

    @Override
    public void close() {
        // The next piece finds nobody, which ends the backup.
    }

    private final class Pieces extends OutputStream {
        private final ResponseHeader header = headers.now();

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!replies.isOpen()) {
                throw new IOException("the client is gone");
            }
            var blob = Arrays.copyOfRange(bytes, offset, offset + length);
            replies.sendPatiently(
                    SnapshotResponse.newBuilder()
                            .setHeader(header)
                            .setBlob(UnsafeByteOperations.unsafeWrap(blob))
                            .build());
        }
    }
}
