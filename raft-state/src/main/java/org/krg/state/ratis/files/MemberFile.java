// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.krg.state.StorageLost;

/// What this node remembers of its membership outside of the Raft directory, so that the loss of
/// that directory is noticed: a member that comes back with an empty log could elect a leader that
/// lacks what was acknowledged.
///
/// `identity/member` holds the cluster and the peer id, `identity/acknowledged` a log index up to
/// which everything was committed and in this node's log.
public final class MemberFile implements AutoCloseable {
    /// Of the number that is noted, so that a shorter one leaves nothing of a longer one behind.
    private static final int DIGITS = 19;

    private final Path member;
    private final Path acknowledged;
    private final String peer;
    private final UUID cluster;
    private @Nullable FileChannel writing;

    public MemberFile(Path identity, UUID cluster, String peer) {
        this.member = identity.resolve("member");
        this.acknowledged = identity.resolve("acknowledged");
        this.cluster = cluster;
        this.peer = peer;
    }

    /// {@return whether this node took part as this peer}
    public boolean isMember() {
        return find().filter(text()::equals).isPresent();
    }

    /// {@return whether this node took part, as this peer or as another}
    public boolean wasMember() {
        return find().isPresent();
    }

    /// Notes that this node takes part.
    public void join() {
        try {
            Files.deleteIfExists(acknowledged);
            Directories.writeDurably(member, text());
        } catch (IOException failed) {
            throw Unreadable.of(member, failed);
        }
    }

    /// Notes that the log is committed up to `index` and here. Written at each call, so that a
    /// process that is killed leaves the newest number, but not forced to the disk: after a loss of
    /// power an older one is as good.
    public void acknowledge(long index) {
        var digits = Long.toString(index);
        var text = "0".repeat(DIGITS - digits.length()) + digits + "\n";
        try {
            if (writing == null) {
                writing =
                        FileChannel.open(
                                acknowledged, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            }
            writing.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException failed) {
            throw Unreadable.of(acknowledged, failed);
        }
    }

    /// Throws [StorageLost] when the log ends before what was acknowledged.
    public void requireWhole(long lastIndex) {
        var known = readAcknowledged();
        if (lastIndex < known) {
            throw lost(
                    "its log ends at entry "
                            + lastIndex
                            + ", though entries up to "
                            + known
                            + " were acknowledged ("
                            + acknowledged
                            + ")");
        }
    }

    public StorageLost lost(String what) {
        return new StorageLost(
                "node "
                        + peer
                        + " was a member of cluster "
                        + cluster
                        + " but its storage is lost: "
                        + what
                        + ". It must not vote with it");
    }

    /// {@return the last index that was acknowledged; -1 if none was}
    public long readAcknowledged() {
        try {
            var text = Files.exists(acknowledged) ? Files.readString(acknowledged).strip() : "";
            return text.matches("[0-9]{1,19}") ? Long.parseLong(text) : -1;
        } catch (IOException failed) {
            throw Unreadable.of(acknowledged, failed);
        }
    }

    private Optional<String> find() {
        try {
            return Files.exists(member) ? Optional.of(Files.readString(member)) : Optional.empty();
        } catch (IOException failed) {
            throw Unreadable.of(member, failed);
        }
    }

    private String text() {
        return "cluster = \"" + cluster + "\"\npeer = \"" + peer + "\"\n";
    }

    @Override
    public void close() {
        try {
            if (writing != null) {
                writing.close();
            }
        } catch (IOException failed) {
            throw Unreadable.of(acknowledged, failed);
        }
    }
}
