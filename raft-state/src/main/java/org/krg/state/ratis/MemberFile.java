// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.krg.state.StorageLost;
import org.krg.state.engine.StorageFailed;

/// What this node remembers of its membership outside of the Raft directory, so that the loss of
/// that directory is noticed: a member that comes back with an empty log could elect a leader that
/// lacks what was acknowledged.
///
/// `identity/member` holds the cluster and the peer id, `identity/acknowledged` a log index up to
/// which everything was committed and in this node's log.
final class MemberFile {
    private final Path member;
    private final Path acknowledged;
    private final String peer;
    private final UUID cluster;

    MemberFile(Path identity, UUID cluster, String peer) {
        this.member = identity.resolve("member");
        this.acknowledged = identity.resolve("acknowledged");
        this.cluster = cluster;
        this.peer = peer;
    }

    /// {@return whether this node took part as this peer}
    boolean isMember() {
        return find().filter(text()::equals).isPresent();
    }

    /// {@return whether this node took part, as this peer or as another}
    boolean wasMember() {
        return find().isPresent();
    }

    /// Notes that this node takes part.
    void join() {
        try {
            Files.deleteIfExists(acknowledged);
            Directories.writeDurably(member, text());
        } catch (IOException failed) {
            throw new StorageFailed("cannot write " + member, failed);
        }
    }

    /// Notes that the log is committed up to `index` and here. Not forced to the disk: after a loss
    /// of power an older number is as good.
    void acknowledge(long index) {
        try {
            Files.writeString(acknowledged, Long.toString(index), StandardCharsets.US_ASCII);
        } catch (IOException failed) {
            throw new StorageFailed("cannot write " + acknowledged, failed);
        }
    }

    /// Throws [StorageLost] when the log ends before what was acknowledged.
    void requireWhole(long lastIndex) {
        var known = readAcknowledged();
        if (lastIndex < known) {
            throw lost("the log in it ends at entry " + lastIndex + ", not at " + known);
        }
    }

    StorageLost lost(String what) {
        return new StorageLost(
                "node "
                        + peer
                        + " was a member of cluster "
                        + cluster
                        + " but its storage is lost: "
                        + what
                        + ". It must not vote with it. Remedy: start it with the next incarnation"
                        + " and join again");
    }

    private long readAcknowledged() {
        try {
            var text = Files.exists(acknowledged) ? Files.readString(acknowledged).strip() : "";
            return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
        } catch (IOException failed) {
            throw new StorageFailed("cannot read " + acknowledged, failed);
        }
    }

    private Optional<String> find() {
        try {
            return Files.exists(member) ? Optional.of(Files.readString(member)) : Optional.empty();
        } catch (IOException failed) {
            throw new StorageFailed("cannot read " + member, failed);
        }
    }

    private String text() {
        return "cluster = \"" + cluster + "\"\npeer = \"" + peer + "\"\n";
    }
}
