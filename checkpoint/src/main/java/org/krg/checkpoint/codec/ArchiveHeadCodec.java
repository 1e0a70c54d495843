// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.proto.ArchiveHeadMessage;
import org.krg.state.codec.JobSpecBytes;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeId;

/// The head of an archive, `archive.proto`.
public final class ArchiveHeadCodec {
    private ArchiveHeadCodec() {}

    /// {@return the bytes that are signed}
    public static byte[] encode(ArchiveHead head) {
        var message =
                ArchiveHeadMessage.newBuilder()
                        .setCluster(head.cluster().toString())
                        .setNode(head.node().name())
                        .setExportedMillis(head.exported().toEpochMilli())
                        .setJob(head.job())
                        .setSpec(ByteString.copyFrom(JobSpecBytes.encode(head.spec())))
                        .setFrozenNanos(head.frozen().toNanos());
        head.address().ifPresent(own -> message.setAddress(own.bits()));
        return message.build().toByteArray();
    }

    /// {@return what is in `bytes`}
    ///
    /// @throws IllegalArgumentException if that makes no sense
    public static ArchiveHead decode(byte[] bytes) {
        try {
            var message = ArchiveHeadMessage.parseFrom(bytes);
            return new ArchiveHead(
                    UUID.fromString(message.getCluster()),
                    new NodeId(message.getNode()),
                    Instant.ofEpochMilli(message.getExportedMillis()),
                    message.getJob(),
                    JobSpecBytes.decode(message.getSpec().toByteArray()),
                    message.hasAddress()
                            ? Optional.of(new Ipv4Address(message.getAddress()))
                            : Optional.empty(),
                    Duration.ofNanos(message.getFrozenNanos()));
        } catch (InvalidProtocolBufferException | DateTimeException malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        }
    }
}
