// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Compares what the log says of a segment with what every node says of its pages, and says what
/// differs. Takes the answers of all nodes of about one moment: what is on its way meanwhile may
/// differ, and is found again only if it is broken.
public final class SegmentAudit {
    private static final int BLOCK_PAGES = 512;

    private final SortedSet<String> findings = new TreeSet<>();
    private final SortedSet<String> live = new TreeSet<>();
    private final Map<Integer, Grant> grants = new TreeMap<>();
    private final Map<Integer, Map<String, Copy>> copies = new TreeMap<>();
    private final Map<Integer, Entry> entries = new TreeMap<>();
    private final Map<Integer, Owner> owners = new TreeMap<>();
    private final List<String> lost = new ArrayList<>();
    private final Map<String, String> members = new TreeMap<>();

    private record Grant(String home, long epoch) {}

    private record Copy(String access, long version) {}

    private record Entry(
            List<String> holders,
            boolean exclusive,
            long version,
            boolean moving,
            boolean lost,
            String owner) {}

    private record Owner(String member, long version, long unaccounted) {}

    private SegmentAudit() {}

    /// {@return one sentence for each difference, in order}
    public static SortedSet<String> findings(List<JsonNode> nodes) {
        var audit = new SegmentAudit();
        nodes.forEach(audit::readLog);
        nodes.forEach(audit::readPages);
        audit.comparePages();
        return audit.findings;
    }

    /// {@return one sentence for each page of which its home says that nobody has it any more}
    public static List<String> lost(List<JsonNode> nodes) {
        var audit = new SegmentAudit();
        nodes.forEach(audit::readLog);
        nodes.forEach(audit::readPages);
        audit.entries.forEach((page, entry) -> {
            if (entry.lost) {
                audit.lost.add(
                        entry.owner.isEmpty()
                                ? "page %s is lost: no record says whose it was".formatted(page)
                                : "page %s is lost: it was %s's".formatted(page, entry.owner));
            }
        });
        return audit.lost;
    }

    /// {@return how many pages some node has}
    public static long pages(List<JsonNode> nodes) {
        var pages = new TreeSet<Integer>();
        for (var node : nodes) {
            for (var block : node.path("blocks")) {
                for (var run : block.path("copies")) {
                    if (!run.path("access").asText().equals("none")) {
                        each(block, run, pages::add);
                    }
                }
            }
        }
        return pages.size();
    }

    /// The replicas' logs may be of different moments: the latest home of a block counts.
    private void readLog(JsonNode node) {
        for (var grant : node.path("grants")) {
            var said = new Grant(grant.path("home").asText(), grant.path("epoch").asLong());
            grants.merge(
                    grant.path("block").asInt(),
                    said,
                    (one, other) -> one.epoch >= other.epoch ? one : other);
        }
        for (var member : node.path("live")) {
            var name = member.asText();
            if (name.startsWith(node.path("node").asText() + "#")) {
                live.add(name);
                members.put(node.path("node").asText(), name);
            }
        }
    }

    private void readPages(JsonNode node) {
        var member = members.get(node.path("node").asText());
        if (member == null) {
            return;
        }
        for (var block : node.path("blocks")) {
            readBlock(member, block);
        }
    }

    private void readBlock(String member, JsonNode block) {
        var number = block.path("block").asInt();
        var grant = grants.get(number);
        for (var page : block.path("astray")) {
            findings.add(
                    "page %s: the memory or a process of %s differs from what its agent says"
                            .formatted(number * BLOCK_PAGES + page.asInt(), member));
        }
        for (var run : block.path("copies")) {
            var copy = new Copy(run.path("access").asText(), run.path("version").asLong());
            each(
                    block,
                    run,
                    page -> copies.computeIfAbsent(page, _ -> new TreeMap<>()).put(member, copy));
        }
        var homeEpoch = block.path("homeEpoch").asLong();
        if (homeEpoch == 0) {
            return;
        }
        if (grant == null || grant.epoch < homeEpoch) {
            findings.add(
                    "block %s: %s acts as its home in epoch %s, of which the log knows nothing"
                            .formatted(number, member, homeEpoch));
        } else if (grant.epoch == homeEpoch && !grant.home.equals(member)) {
            findings.add(
                    "block %s: %s acts as its home, which the log says is %s"
                            .formatted(number, member, grant.home));
        } else if (grant.epoch == homeEpoch) {
            block.path("entries").forEach(run -> each(block, run, page -> readEntry(page, run)));
            block.path("owners").forEach(run -> each(block, run, page -> readOwner(page, run)));
        }
    }

    private void readEntry(int page, JsonNode run) {
        var holders = new ArrayList<String>();
        run.path("holders").forEach(holder -> holders.add(holder.asText()));
        entries.put(
                page,
                new Entry(
                        holders,
                        run.path("exclusive").asBoolean(),
                        run.path("version").asLong(),
                        run.path("moving").asBoolean(),
                        run.path("lost").asBoolean(),
                        run.path("owner").asText()));
    }

    private void readOwner(int page, JsonNode run) {
        owners.put(
                page,
                new Owner(
                        run.path("owner").asText(),
                        run.path("version").asLong(),
                        run.path("unaccounted").asLong()));
    }

    private void comparePages() {
        var pages = new TreeSet<>(copies.keySet());
        pages.addAll(entries.keySet());
        pages.addAll(owners.keySet());
        for (var page : pages) {
            var here = new TreeMap<String, Copy>();
            copies.getOrDefault(page, Map.of())
                    .forEach((member, copy) -> {
                        if (!copy.access.equals("none")) {
                            here.put(member, copy);
                        }
                    });
            compareNodes(page, here);
            var entry = entries.get(page);
            if (entry != null && !entry.moving) {
                compareHome(page, here, entry);
            }
            compareOwner(page, entry);
        }
    }

    private void compareNodes(int page, Map<String, Copy> here) {
        var writers = here.values().stream().filter(copy -> copy.access.equals("write")).count();
        if (writers > 1 || (writers == 1 && here.size() > 1)) {
            findings.add("page %s: one writes or many read, but here are %s".formatted(page, here));
        }
        var versions = here.values().stream().map(Copy::version).distinct().count();
        if (versions > 1) {
            findings.add("page %s: its copies are of several versions, %s".formatted(page, here));
        }
        var block = grants.get(page / BLOCK_PAGES);
        if (block == null && !here.isEmpty()) {
            findings.add(
                    "page %s: %s has it, and the log knows no home of its block"
                            .formatted(page, here.keySet()));
        }
    }

    private void compareHome(int page, Map<String, Copy> here, Entry entry) {
        var known = new TreeSet<>(entry.holders);
        known.retainAll(live);
        if (!known.equals(here.keySet())) {
            findings.add(
                    "page %s: its home says that %s have it, and %s do"
                            .formatted(page, known, here.keySet()));
            return;
        }
        here.forEach((member, copy) -> {
            if (copy.access.equals("write") != entry.exclusive || copy.version != entry.version) {
                findings.add(
                        "page %s: its home says %s version %s, and %s has it to %s in version %s"
                                .formatted(
                                        page,
                                        entry.exclusive ? "written," : "read,",
                                        entry.version,
                                        member,
                                        copy.access,
                                        copy.version));
            }
        });
    }

    /// Whoever may write a page is who the log says; of a page that many read it is one of them.
    /// What is on its way is recorded before it has arrived.
    private void compareOwner(int page, @Nullable Entry entry) {
        var owner = owners.get(page);
        if (owner != null && owner.unaccounted > 0) {
            findings.add(
                    "page %s: %s changes of its owner are not what its records say"
                            .formatted(page, owner.unaccounted));
        }
        if (entry == null || entry.moving || entry.lost || entry.holders.isEmpty()) {
            return;
        }
        if (owner == null) {
            if (entry.exclusive) {
                findings.add(
                        "page %s: its home says that %s writes it, and the log names no owner"
                                .formatted(page, entry.holders));
            }
        } else if (!entry.holders.contains(owner.member)
                || (entry.exclusive && owner.version != entry.version)) {
            findings.add(
                    "page %s: the log says that %s owns it in version %s, its home that %s have version %s"
                            .formatted(
                                    page,
                                    owner.member,
                                    owner.version,
                                    entry.holders,
                                    entry.version));
        }
    }

    private static void each(JsonNode block, JsonNode run, IntConsumer use) {
        var first = block.path("block").asInt() * BLOCK_PAGES + run.path("page").asInt();
        for (var page = first; page < first + run.path("count").asInt(); page++) {
            use.accept(page);
        }
    }
}
