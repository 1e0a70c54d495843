// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.model.Revision;

/// One watch of a stream. A client that does not read has it wait in the key space. What it has to
/// say before the stream knows of it waits until then. Guarded by its monitor.
final class RunningWatch {
    /// Bytes of events after which a response goes on in another one, where the client takes that.
    static final int FRAGMENT = 1 << 20;

    /// Bytes of memory that a watch takes beside its range, here and in the key space, about.
    private static final int OVERHEAD = 1 << 10;

    private final long id;
    private final long weight;
    private final boolean bookmarks;
    private final boolean fragments;
    private final GrpcReplies replies;
    private final Headers headers;
    private final Progress progress;
    private final List<Notice> early = new ArrayList<>();
    private volatile @Nullable Watch watch;
    private volatile boolean over;

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
        // The range of one key ends with a copy of it.
        this.weight = 2L * request.getKey().size() + request.getRangeEnd().size() + OVERHEAD;
        this.bookmarks = request.getProgressNotify();
        this.fragments = WatchService.mayBeFragmented(request);
        this.replies = replies;
        this.headers = headers;
        this.progress = progress;
    }

    /// Says that the watch runs, and then what it had to say meanwhile, without waiting for the
    /// client: this is called by the thread that brings its messages.
    synchronized void begin(Watch running) {
        replies.send(response(running.after()).setCreated(true).build());
        early.forEach(notice -> tell(notice, replies::send));
        early.clear();
        watch = running;
    }

    /// Takes what the key space says.
    synchronized void take(Notice notice) {
        if (watch == null) {
            early.add(notice);
        } else {
            tell(notice, replies::sendPatiently);
        }
    }

    /// {@return the bytes of memory that it takes for as long as it runs, about}
    long weight() {
        return weight;
    }

    boolean isOver() {
        return over;
    }

    void askBookmark() {
        var running = watch;
        if (running != null) {
            running.bookmark();
        }
    }

    void close() {
        var running = watch;
        if (running != null) {
            running.close();
        }
    }

    private void tell(Notice notice, Consumer<WatchResponse> sender) {
        switch (notice) {
            case Notice.Changes(var revision, var changes) -> tell(revision, changes, sender);
            case Notice.Bookmark(var revision) -> {
                if (!progress.heard(id, Optional.of(revision)) && bookmarks) {
                    sender.accept(response(revision).build());
                }
            }
            case Notice.Ended(var why) -> {
                over = true;
                end(why);
                progress.heard(id, Optional.empty());
            }
        }
    }

    private void tell(Revision revision, List<Change> changes, Consumer<WatchResponse> sender) {
        var response = response(revision);
        var bytes = 0L;
        for (var change : changes) {
            var event = Answers.event(change);
            var size = event.getSerializedSize();
            if (fragments && bytes > 0 && bytes + size > FRAGMENT) {
                sender.accept(response.setFragment(true).build());
                response = response(revision);
                bytes = 0;
            }
            response.addEvents(event);
            bytes += size;
        }
        sender.accept(response.build());
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
