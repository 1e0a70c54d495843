// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.krg.host.AnswerMemory;
import org.krg.host.BodyRefused;
import org.krg.host.RequestMemory;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.KeyView;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends the changes of keys, all of one revision in one event. Owned by the thread that runs it;
/// while the client does not read, what it is told waits in the key space.
public final class KeyFollower {
    /// How often a notice that does not fit looks whether the client is gone.
    private static final long LOOK_MILLIS = 500;

    private static final Logger log = LoggerFactory.getLogger(KeyFollower.class);

    private final KeySpace keys;
    private final String principal;
    private final WatchSpec spec;
    private final RequestMemory memory;

    /// Holds none: what is not taken yet waits in the key space, where it counts.
    private final BlockingQueue<Notice> notices = new SynchronousQueue<>();

    private volatile boolean over;

    /// @param memory of the request that is answered
    public KeyFollower(KeySpace keys, String principal, WatchSpec spec, RequestMemory memory) {
        this.keys = keys;
        this.principal = principal;
        this.spec = spec;
        this.memory = memory;
    }

    /// {@return what goes on behind the revision that a client saw last}
    public static WatchSpec behind(WatchSpec spec, Revision last) {
        return new WatchSpec(
                spec.range(),
                Optional.of(last.next()),
                spec.previous(),
                spec.puts(),
                spec.deletes(),
                spec.bookmarks());
    }

    /// Sends until the client goes away, what comes next is compacted, or there is no memory for
    /// it: then the client may go on behind what it saw last.
    public void run(SseWriter out) {
        try (var watch = keys.watch(principal, spec, this::take)) {
            bookmark(out, watch.after());
            while (out.isOpen() && !over) {
                var notice = notices.poll(SseWriter.HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
                if (notice == null) {
                    out.keepAlive();
                } else {
                    send(out, notice);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
        }
    }

    private void take(Notice notice) {
        try {
            while (!over && !notices.offer(notice, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                // The client is slow.
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(SseWriter out, Notice notice) {
        switch (notice) {
            case Notice.Changes(_, var changes) -> send(out, changes);
            case Notice.Bookmark(var revision) -> bookmark(out, revision);
            case Notice.Ended(var why) -> {
                over = true;
                end(out, why);
            }
        }
    }

    /// Counts the changes, and what is sent of them, until the client has taken it.
    private void send(SseWriter out, List<Change> changes) {
        var counted = AnswerMemory.ofJson(memory);
        try {
            counted.accept(changes.stream().mapToLong(Change::weight).sum());
            sendAll(out, changes);
        } catch (BodyRefused full) {
            log.info("a watch ends, its user's share of the memory is full user={}", principal);
            over = true;
        } finally {
            counted.made(0);
        }
    }

    /// One event for each revision: its id is the revision, behind which a client may go on.
    private static void sendAll(SseWriter out, List<Change> changes) {
        var start = 0;
        for (var end = 1; end <= changes.size(); end++) {
            var revision = changes.get(start).now().modified();
            if (end == changes.size() || !changes.get(end).now().modified().equals(revision)) {
                var list = JsonNodeFactory.instance.arrayNode();
                changes.subList(start, end).forEach(each -> list.add(KeyView.of(each)));
                out.send(revision.toString(), Json.reply(revision).set("changes", list));
                start = end;
            }
        }
    }

    private static void bookmark(SseWriter out, Revision revision) {
        out.sendTyped(
                "bookmark", revision.toString(), Json.object().put("revision", revision.value()));
    }

    private static void end(SseWriter out, RuntimeException why) {
        var view = Json.object().put("message", String.valueOf(why.getMessage()));
        if (why instanceof Compacted compacted) {
            out.sendTyped("compacted", view.put("first", compacted.first.value()));
        } else {
            out.sendTyped("ended", view);
        }
    }
}
