// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.host.AuditTrail;
import org.krg.host.model.AuditEntry;
import org.krg.state.ThreadLost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The audit log of a node: files that are only appended to, each line bound to the one before by a
/// hash. A thread writes what has come together and syncs it once, so that nobody waits; what came
/// in the last moment before a crash may be missing. Where the disk is full entries are lost, which
/// [#problem] tells and the log itself, once it is written again: the cluster goes on.
public final class AuditLog implements AuditTrail, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);

    /// Bytes of one file, which a start reads, and how many files are kept: together a bound for
    /// the disk.
    private static final long FILE_BYTES = 4L << 20;

    private static final int MOST_FILES = 256;

    /// Entries that wait to be written; more come only when the disk stands still.
    private static final int MOST_WAITING = 16_384;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Path directory;
    private final long fileBytes;
    private final BlockingQueue<AuditEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread =
            Thread.ofPlatform().name("krg-audit").unstarted(ThreadLost.told(this::run));
    private volatile Optional<String> problem;
    private volatile boolean ends;

    // Owned by the thread, once it runs.
    private FileChannel file;
    private long next;
    private String hash;

    private AuditLog(
            Path directory, long fileBytes, AuditFiles.Chain chain, Optional<String> problem)
            throws IOException {
        this.directory = directory;
        this.fileBytes = fileBytes;
        this.problem = problem;
        this.next = chain.next();
        this.hash = chain.hash().isEmpty() ? AuditLine.START : chain.hash();
        var files = AuditFiles.files(directory);
        this.file =
                files.isEmpty() || chain.wholeBytes() == 0
                        ? create(directory, next, hash)
                        : reopen(files.getLast(), chain.wholeBytes());
    }

    /// {@return the log in a directory, which is made when it is not there} It goes on behind the
    /// last whole line. Only the newest file is read whole. Files that are seen to be broken
    /// otherwise are put aside, and a new log begins.
    ///
    /// @throws IOException if it cannot be read or written
    public static AuditLog open(Path directory) throws IOException {
        return open(directory, FILE_BYTES);
    }

    static AuditLog open(Path directory, long fileBytes) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        var chain = AuditFiles.readNewest(directory);
        if (chain.broken().isPresent() && !chain.torn()) {
            log.error("the audit log is broken, a new one begins where={}", chain.broken().get());
            for (var each : AuditFiles.files(directory)) {
                Files.move(each, each.resolveSibling(each.getFileName() + AuditFiles.BROKEN));
            }
            chain = AuditFiles.readNewest(directory);
        }
        var aside = AuditFiles.aside(directory);
        Optional<String> problem =
                aside.isEmpty()
                        ? Optional.empty()
                        : Optional.of("a part of the audit log is broken: " + aside.getFirst());
        var opened = new AuditLog(directory, fileBytes, chain, problem);
        opened.thread.start();
        return opened;
    }

    @Override
    public void record(AuditEntry entry) {
        if (!waiting.offer(entry)) {
            lost.incrementAndGet();
        }
    }

    @Override
    public Optional<String> problem() {
        return problem;
    }

    /// Writes what waits and ends.
    @Override
    public void close() {
        ends = true;
        try {
            thread.join(STOP_LIMIT);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var batch = new ArrayList<AuditEntry>();
        while (!ends || !waiting.isEmpty()) {
            try {
                var first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch);
                    write(batch);
                    batch.clear();
                }
            } catch (InterruptedException stop) {
                ends = true;
            }
        }
        try {
            file.close();
        } catch (IOException failure) {
            log.warn("the audit log cannot be closed directory={}", directory, failure);
        }
    }

    private void write(List<AuditEntry> batch) {
        var gone = lost.getAndSet(0);
        var told = new ArrayList<>(batch);
        if (gone > 0) {
            var what = gone + " entries before this one are lost";
            told.addFirst(new AuditEntry(batch.getFirst().at(), "krg", "-", what, 0));
        }
        try {
            if (file.position() >= fileBytes) {
                rotate();
            }
            append(told);
            if (gone > 0) {
                problem = Optional.empty();
            }
        } catch (IOException failure) {
            if (gone == 0) {
                log.error("the audit log cannot be written directory={}", directory, failure);
            }
            var all = lost.addAndGet(gone + batch.size());
            problem = Optional.of(all + " entries of the audit log are lost: " + failure);
        }
    }

    private void append(List<AuditEntry> entries) throws IOException {
        var start = file.position();
        var number = next;
        var last = hash;
        var text = new StringBuilder();
        for (var entry : entries) {
            var line = AuditLine.following(last, number++, entry);
            last = line.hash();
            text.append(line.text());
        }
        try {
            put(file, text.toString());
        } catch (IOException failure) {
            // Half a line would end the chain for whoever reads it.
            file.truncate(start);
            file.position(start);
            throw failure;
        }
        next = number;
        hash = last;
    }

    private void rotate() throws IOException {
        var fresh = create(directory, next, hash);
        file.close();
        file = fresh;
        var files = AuditFiles.files(directory);
        for (var each : files.subList(0, Math.max(0, files.size() - MOST_FILES))) {
            Files.delete(each);
        }
    }

    private static FileChannel reopen(Path last, long wholeBytes) throws IOException {
        var channel = FileChannel.open(last, StandardOpenOption.WRITE);
        channel.truncate(wholeBytes);
        return channel.position(wholeBytes);
    }

    /// A file of that name has no line yet: a line with that number was never written.
    private static FileChannel create(Path directory, long next, String hash) throws IOException {
        var channel =
                FileChannel.open(
                        AuditFiles.file(directory, next),
                        EnumSet.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        put(channel, AuditFiles.CONTINUES + hash + "\n");
        return channel;
    }

    private static void put(FileChannel channel, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }
}
