// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.linux.Mappings;
import org.krg.linux.PacketConnection.Peer;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.model.Attachment;
import org.krg.pages.model.Attachment.Mapping;
import org.krg.state.model.SegmentId;

/// Who has one segment, gathered from the connections of processes.
final class Attachments {
    private static final Comparator<Mapping> BY_ADDRESS =
            Comparator.comparingLong(Mapping::address);

    private final TreeMap<Integer, Found> found = new TreeMap<>();

    /// What was found of a process so far.
    private static final class Found {
        private final Peer peer;
        private final List<Mapping> mappings = new ArrayList<>();
        private int handles;
        private int threads;
        private boolean isDetached;

        private Found(Peer peer) {
            this.peer = peer;
        }

        private Attachment attachment() {
            mappings.sort(BY_ADDRESS);
            return new Attachment(
                    peer.pid(), peer.uid(), peer.gid(), handles, threads, isDetached, mappings);
        }
    }

    private Attachments() {}

    /// {@return the processes that have a segment, by their pids} What they may do with what they
    /// map is not looked at.
    static List<Attachment> of(SegmentId segment, Collection<AttachedClient> clients) {
        var attachments = new Attachments();
        clients.forEach(client -> attachments.add(segment, client));
        return attachments.found.values().stream().map(Found::attachment).toList();
    }

    private void add(SegmentId segment, AttachedClient client) {
        if (client.segment().filter(segment::equals).isPresent()) {
            var process = process(client);
            process.handles++;
            client.mapping()
                    .map(it -> new Mapping(it.base(), it.first(), it.pages(), Optional.empty()))
                    .ifPresent(process.mappings::add);
        }
        if (client.joined().filter(segment::equals).isPresent()) {
            process(client).threads++;
        }
        var kept = client.attendant().map(Attendant::kept).orElse(List.of());
        var times = Math.toIntExact(kept.stream().filter(segment::equals).count());
        if (times > 0) {
            var process = process(client);
            process.handles += times;
            process.isDetached = true;
        }
    }

    private Found process(AttachedClient client) {
        return found.computeIfAbsent(client.peer().pid(), _ -> new Found(client.peer()));
    }

    /// {@return the same with what the process may do with what it maps, as the kernel has it}
    static Attachment seen(Attachment attachment) {
        var pid = attachment.pid();
        return new Attachment(
                pid,
                attachment.uid(),
                attachment.gid(),
                attachment.handles(),
                attachment.threads(),
                attachment.detached(),
                attachment.mappings().stream().map(mapping -> seen(pid, mapping)).toList());
    }

    private static Mapping seen(int pid, Mapping mapping) {
        var length = (long) mapping.pages() * PageMemory.PAGE_BYTES;
        return new Mapping(
                mapping.address(),
                mapping.first(),
                mapping.pages(),
                Mappings.mayStore(pid, mapping.address(), length));
    }
}
