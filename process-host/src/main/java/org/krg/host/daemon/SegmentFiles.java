// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.krg.host.FileAnswer;
import org.krg.host.FileAnswer.Done;
import org.krg.host.FileAnswer.Failed;
import org.krg.host.FileAnswer.Pending;
import org.krg.host.FileQuestion;
import org.krg.host.FileQuestion.Prepare;
import org.krg.host.FileQuestion.Write;
import org.krg.host.HostFailure;
import org.krg.linux.DirectoryFd;
import org.krg.linux.LinuxException;
import org.krg.linux.UserFile;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PagesFailed;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has something done about the files of segments, on whatever node they are. Safe for use from any
/// thread.
final class SegmentFiles implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SegmentFiles.class);

    /// Disks have use for so many at once; others wait.
    private static final int THREADS = 4;

    /// So many files of one user are prepared one after the other; more is refused.
    private static final int MOST_WAITING = 16;

    /// Less than a peer waits for an answer.
    private static final Duration STILL = Duration.ofSeconds(4);

    /// Who asked has heard the outcome by then, or is gone.
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final NodeId self;
    private final BiFunction<NodeId, FileQuestion, CompletableFuture<FileAnswer>> asks;
    private final WriteBacks writeBacks;
    private final Map<Long, CompletableFuture<FileAnswer>> running = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final ExecutorService threads = threads("write-back-");

    /// Of its own: a write-back may take minutes, and programs wait for a file to be prepared.
    private final ExecutorService preparing = threads("prepare-file-");

    /// Of each user one is prepared at a time: a file system that hangs takes one thread.
    private final Map<Integer, Turn> turns = new HashMap<>();

    /// The last file of a user that is to be prepared, and how many there are.
    private record Turn(CompletableFuture<FileAnswer> last, int waiting) {}

    private static ExecutorService threads(String name) {
        return Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name(name, 0).daemon().factory());
    }

    /// What writes pages to the files of this node. Blocks.
    interface WriteBacks {
        /// {@return how many pages were written}
        int run(SegmentId segment, int start, int end) throws FileFailed;
    }

    /// @param asks another node
    SegmentFiles(
            NodeId self,
            BiFunction<NodeId, FileQuestion, CompletableFuture<FileAnswer>> asks,
            WriteBacks writeBacks) {
        this.self = self;
        this.asks = asks;
        this.writeBacks = writeBacks;
    }

    /// Asks a node. What it does not answer is [FileAnswer#EHOSTDOWN].
    private CompletableFuture<FileAnswer> ask(NodeId node, FileQuestion question) {
        if (node.equals(self)) {
            return answer(question);
        }
        return asks.apply(node, question)
                .exceptionally(failure -> {
                    log.info("file not reached node={} reason={}", node, failure.toString());
                    return new Failed(
                            FileAnswer.EHOSTDOWN, "node %s cannot be reached".formatted(node));
                });
    }

    /// Writes pages of a segment to its file.
    ///
    /// @param end the first page that is not meant
    /// @return how many were written, when they are on the disk; or why that failed
    CompletableFuture<FileAnswer> sync(Segment segment, int start, int end) {
        if (segment.backing().isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Failed(
                            FileAnswer.EINVAL, "segment %s has no file".formatted(segment.name())));
        }
        var write = new Write(segment.id(), start, end, random.nextLong());
        return untilDone(segment.backing().get().node(), write);
    }

    /// Sees that a user may read and write a file, as [Prepare] has it.
    ///
    /// @return how long it is
    CompletableFuture<FileAnswer> prepare(
            NodeId node, String path, Identity owner, long sizeBytes, boolean create) {
        return untilDone(node, new Prepare(path, owner, sizeBytes, create, random.nextLong()));
    }

    private CompletableFuture<FileAnswer> untilDone(NodeId node, FileQuestion question) {
        return ask(node, question)
                .thenCompose(answer ->
                        answer instanceof Pending
                                ? untilDone(node, question)
                                : CompletableFuture.completedFuture(answer));
    }

    /// Does what the node of the file is asked for.
    CompletableFuture<FileAnswer> answer(FileQuestion question) {
        return running.computeIfAbsent(question.ticket(), _ -> begin(question))
                .copy()
                .completeOnTimeout(new Pending(), STILL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<FileAnswer> begin(FileQuestion question) {
        var outcome =
                switch (question) {
                    case Prepare prepare -> begin(prepare);
                    case Write write ->
                            CompletableFuture.supplyAsync(() -> written(write), threads);
                };
        var later = CompletableFuture.delayedExecutor(KEPT.toSeconds(), TimeUnit.SECONDS);
        var _ = outcome.whenCompleteAsync((_, _) -> running.remove(question.ticket()), later);
        return outcome;
    }

    private synchronized CompletableFuture<FileAnswer> begin(Prepare prepare) {
        var uid = prepare.owner().uid();
        var before = turns.get(uid);
        if (before != null && before.waiting == MOST_WAITING) {
            return CompletableFuture.completedFuture(
                    new Failed(FileAnswer.EAGAIN, "other files of the user are prepared first"));
        }
        var last = before == null ? CompletableFuture.completedFuture(null) : before.last;
        var outcome = last.handleAsync((_, _) -> prepared(prepare), preparing);
        turns.put(uid, new Turn(outcome, before == null ? 1 : before.waiting + 1));
        var _ = outcome.whenComplete((_, _) -> ends(uid));
        return outcome;
    }

    private synchronized void ends(int uid) {
        turns.computeIfPresent(
                uid, (_, turn) -> turn.waiting == 1 ? null : new Turn(turn.last, turn.waiting - 1));
    }

    private FileAnswer written(Write write) {
        try {
            return new Done(writeBacks.run(write.segment(), write.start(), write.end()));
        } catch (FileFailed failure) {
            log.error(
                    "not written back segment={} reason={}", write.segment(), failure.getMessage());
            return new Failed(failure.errno(), String.valueOf(failure.getMessage()));
        } catch (PagesFailed lost) {
            log.warn(
                    "not all written back segment={} reason={}",
                    write.segment(),
                    lost.getMessage());
            return new Failed(FileAnswer.EIO, String.valueOf(lost.getMessage()));
        } catch (HostFailure | CompletionException late) {
            log.warn("not written back segment={} reason={}", write.segment(), late.toString());
            return new Failed(FileAnswer.EHOSTDOWN, String.valueOf(late.getMessage()));
        }
    }

    private static FileAnswer prepared(Prepare prepare) {
        var path = Path.of(prepare.path());
        try (var file = UserFile.open(path, BackedFile.rights(prepare.owner()), prepare.create())) {
            file.extend(prepare.sizeBytes());
            file.sync();
            var parent = path.getParent();
            if (prepare.create() && parent != null) {
                DirectoryFd.sync(parent);
            }
            return new Done(file.size());
        } catch (LinuxException failure) {
            return new Failed(failure.errno().number(), String.valueOf(failure.getMessage()));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        preparing.shutdownNow();
    }
}
