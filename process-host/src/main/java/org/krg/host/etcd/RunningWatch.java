// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.model.Revision;

/// One watch of a stream. What it has to say before the stream knows of it waits until then.
/// Guarded by its monitor.
final class RunningWatch {
    /// Bytes of events after which a response goes on in another one, where the client takes that.
    static final int FRAGMENT = 1 << 20;

    private final long id;
    private final boolean bookmarks;
    private final boolean fragments;
    private final GrpcReplies replies;
    private final Headers headers;
    private final Progress progress;
    private final List<Notice> early = new ArrayList<>();
    private @Nullable Watch watch;
    private boolean over;

    /// Hears how far a watch is.
    @FunctionalInterface
    interface Progress {
        /// Takes it, and says whether it was the stream that asked.
        ///
        /// @param at empty when the watch is over
        boolean heard(long id, Optional<Revision> at);
    }

    RunningWatch(
            long id,
            WatchCreateRequest request,
            GrpcReplies replies,
            Headers headers,
            Progress progress) {
        this.id = id;
        this.bookmarks = request.getProgressNotify();
        this.fragments = WatchService.mayBeFragmented(request);
        this.replies = replies;
        this.headers = headers;
        this.progress = progress;
    }

    /// Says that the watch runs, and then what it had to say meanwhile.
    synchronized void begin(Watch running) {
        watch = running;
        replies.send(response(running.after()).setCreated(true).build());
        early.forEach(this::tell);
        early.clear();
    }

    /// Takes what the key space says.
    synchronized void take(Notice notice) {
        if (watch == null) {
            early.add(notice);
        } else {
            tell(notice);
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    void askBookmark() {
        var running = running();
        if (running != null) {
            running.bookmark();
        }
    }

    void close() {
        var running = running();
        if (running != null) {
            running.close();
        }
    }

    private synchronized @Nullable Watch running() {
        return watch;
    }

    private void tell(Notice notice) {
        switch (notice) {
            case Notice.Changes(var revision, var changes) -> tell(revision, changes);
            case Notice.Bookmark(var revision) -> {
                if (!progress.heard(id, Optional.of(revision)) && bookmarks) {
                    replies.send(response(revision).build());
                }
            }
            case Notice.Ended(var why) -> {
                over = true;
                end(why);
                progress.heard(id, Optional.empty());
            }
        }
    }

    private void tell(Revision revision, List<Change> changes) {
        var response = response(revision);
        var bytes = 0L;
        for (var change : changes) {
            var event = Answers.event(change);
            var size = event.getSerializedSize();
            if (fragments && bytes > 0 && bytes + size > FRAGMENT) {
                replies.send(response.setFragment(true).build());
                response = response(revision);
                bytes = 0;
            }
            response.addEvents(event);
            bytes += size;
        }
        replies.send(response.build());
    }

    private void end(RuntimeException why) {
        var response = response(new Revision(headers.now().getRevision())).setCanceled(true);
        if (why instanceof Compacted compacted) {
            response.setCompactRevision(compacted.first.value());
        } else {
            response.setCancelReason(String.valueOf(Errors.of(why).getMessage()));
        }
        replies.send(response.build());
    }

    private WatchResponse.Builder response(Revision revision) {
        return WatchResponse.newBuilder().setHeader(headers.at(revision)).setWatchId(id);
    }
}
