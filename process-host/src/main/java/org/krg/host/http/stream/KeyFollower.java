// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.KeyView;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;

/// Sends the changes of keys, all of one revision in one event. Owned by the thread that runs it;
/// while the client does not read, what it is told waits in the key space.
public final class KeyFollower {
    /// Notices that were taken from the key space, where they counted, and not sent yet.
    private static final int AHEAD = 1;

    /// How often a notice that does not fit looks whether the client is gone.
    private static final long LOOK_MILLIS = 500;

    private final KeySpace keys;
    private final String principal;
    private final WatchSpec spec;
    private final BlockingQueue<Notice> notices = new LinkedBlockingQueue<>(AHEAD);
    private volatile boolean over;

    public KeyFollower(KeySpace keys, String principal, WatchSpec spec) {
        this.keys = keys;
        this.principal = principal;
        this.spec = spec;
    }

    /// {@return one that goes on behind the revision that a client saw last}
    public static KeyFollower behind(
            KeySpace keys, String principal, WatchSpec spec, Revision last) {
        return new KeyFollower(
                keys,
                principal,
                new WatchSpec(
                        spec.range(),
                        Optional.of(last.next()),
                        spec.previous(),
                        spec.puts(),
                        spec.deletes(),
                        spec.bookmarks()));
    }

    /// Sends until the client goes away or what comes next is compacted.
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

    /// One event for each revision: its id is the revision, behind which a client may go on.
    private static void send(SseWriter out, List<Change> changes) {
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
