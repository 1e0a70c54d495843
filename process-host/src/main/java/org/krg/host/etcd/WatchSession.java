// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchCreateRequest.FilterType;
import com.ibm.etcd.api.WatchRequest;
import com.ibm.etcd.api.WatchResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.host.etcd.grpc.GrpcSession;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;

/// One stream of watches. Guarded by its monitor.
final class WatchSession implements GrpcSession<WatchRequest> {
    /// Stands for every watch of the stream.
    private static final long ALL = -1;

    /// Stands for a watch that there is not: clients take any other number for one that runs.
    private static final long NONE = -1;

    /// Watches of one stream: a client that needs more opens another stream.
    private static final int MOST = 10_000;

    private final KeySpace keys;
    private final Headers headers;
    private final GrpcCall call;
    private final GrpcReplies replies;
    private final Map<Long, RunningWatch> watches = new HashMap<>();

    /// Watches that were asked how far they are and did not say it yet.
    private final Set<Long> asked = new HashSet<>();

    private Optional<Revision> least = Optional.empty();
    private long nextId;
    private boolean closed;

    WatchSession(KeySpace keys, Headers headers, GrpcCall call, GrpcReplies replies) {
        this.keys = keys;
        this.headers = headers;
        this.call = call;
        this.replies = replies;
    }

    @Override
    public void accept(WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> askAll();
            case REQUESTUNION_NOT_SET -> throw EtcdError.KEY_EMPTY.failure();
        }
    }

    @Override
    public void end() {
        replies.complete();
    }

    @Override
    public void close() {
        List<RunningWatch> running;
        synchronized (this) {
            closed = true;
            running = List.copyOf(watches.values());
            watches.clear();
            asked.clear();
        }
        running.forEach(RunningWatch::close);
    }

    private void create(WatchCreateRequest request) {
        var problem = problem(request.getWatchId());
        if (problem.isPresent()) {
            refuse(problem.get());
            return;
        }
        var id = take(request.getWatchId());
        var watch = new RunningWatch(id, request, replies, headers, this::heard);
        if (!call.memory().take(watch.weight())) {
            refuse(EtcdError.TOO_MANY_REQUESTS.message());
            return;
        }
        try {
            watch.begin(keys.watch(call.principal(), spec(request), watch::take));
        } catch (RuntimeException refused) {
            var failure = Errors.of(refused);
            if (failure.status() == GrpcStatus.PERMISSION_DENIED) {
                call.audit().accept("", failure.status());
            }
            call.memory().give(watch.weight());
            refuse(String.valueOf(failure.getMessage()));
            return;
        }
        keep(id, watch);
    }

    /// Keeps a watch that began, unless it or the stream is over already.
    private void keep(long id, RunningWatch watch) {
        boolean late;
        boolean kept;
        synchronized (this) {
            late = closed;
            kept = !late && !watch.isOver();
            if (kept) {
                watches.put(id, watch);
            }
        }
        if (late) {
            watch.close();
        }
        if (!kept) {
            call.memory().give(watch.weight());
        }
    }

    /// {@return why the stream has no room for another watch, or not under that number}
    private synchronized Optional<String> problem(long wished) {
        if (watches.size() >= MOST) {
            return Optional.of("a stream has at most %d watches; open another one".formatted(MOST));
        }
        return wished != 0 && watches.containsKey(wished)
                ? Optional.of(EtcdError.WATCH_ID_TAKEN.message())
                : Optional.empty();
    }

    /// {@return a number that no watch of this stream has}
    private synchronized long take(long wished) {
        if (wished != 0) {
            return wished;
        }
        while (watches.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private void refuse(String reason) {
        replies.send(
                WatchResponse.newBuilder()
                        .setHeader(headers.now())
                        .setWatchId(NONE)
                        .setCreated(true)
                        .setCanceled(true)
                        .setCancelReason(reason)
                        .build());
    }

    /// Other than elsewhere, no key is the first one here.
    private static WatchSpec spec(WatchCreateRequest request) {
        var key = request.getKey().isEmpty() ? Requests.FIRST : request.getKey();
        return new WatchSpec(
                Requests.range(key, request.getRangeEnd()),
                request.getStartRevision() > 0
                        ? Optional.of(new Revision(request.getStartRevision()))
                        : Optional.empty(),
                request.getPrevKv(),
                !request.getFiltersList().contains(FilterType.NOPUT),
                !request.getFiltersList().contains(FilterType.NODELETE),
                request.getProgressNotify());
    }

    private void cancel(long id) {
        var watch = remove(id);
        if (watch.isPresent()) {
            watch.get().close();
            replies.send(
                    WatchResponse.newBuilder()
                            .setHeader(headers.now())
                            .setWatchId(id)
                            .setCanceled(true)
                            .build());
            tellIfLast(id, Optional.empty());
        }
    }

    private Optional<RunningWatch> remove(long id) {
        Optional<RunningWatch> watch;
        synchronized (this) {
            watch = Optional.ofNullable(watches.remove(id));
        }
        watch.ifPresent(it -> call.memory().give(it.weight()));
        return watch;
    }

    /// Asks every watch how far it is; the slowest one is the answer.
    private void askAll() {
        List<RunningWatch> running;
        synchronized (this) {
            running = List.copyOf(watches.values());
            asked.addAll(watches.keySet());
        }
        if (running.isEmpty()) {
            tell(headers.now().getRevision());
        }
        running.forEach(RunningWatch::askBookmark);
    }

    /// Takes how far a watch is, or that it is over.
    ///
    /// @return whether the stream as a whole was asked for it
    private boolean heard(long id, Optional<Revision> at) {
        if (at.isEmpty()) {
            var _ = remove(id);
        }
        return tellIfLast(id, at);
    }

    private boolean tellIfLast(long id, Optional<Revision> at) {
        long revision;
        synchronized (this) {
            if (!asked.remove(id)) {
                return false;
            }
            least = at.isEmpty() || isBelow(least, at.get()) ? least : at;
            if (!asked.isEmpty()) {
                return true;
            }
            revision = least.map(Revision::value).orElseGet(() -> headers.now().getRevision());
            least = Optional.empty();
        }
        tell(revision);
        return true;
    }

    private static boolean isBelow(Optional<Revision> least, Revision other) {
        return least.isPresent() && least.get().compareTo(other) < 0;
    }

    private void tell(long revision) {
        replies.send(
                WatchResponse.newBuilder()
                        .setHeader(headers.at(new Revision(revision)))
                        .setWatchId(ALL)
                        .build());
    }
}
