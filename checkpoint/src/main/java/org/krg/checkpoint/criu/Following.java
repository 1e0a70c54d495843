// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.codec.PageMaps;
import org.krg.checkpoint.core.MissingPages;
import org.krg.checkpoint.engine.RemoteMemory;
import org.krg.checkpoint.model.Stretch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent's side of `krg-pages serve`, which is killed with the cell: one thread hears what the
/// program touches, another one fetches it, and the rest in between. Whatever ends this early, a
/// crash of the agent too, ends the standard input of `krg-pages`, which kills the cell then.
final class Following implements FollowingMemory {
    private static final Logger log = LoggerFactory.getLogger(Following.class);

    private static final int HEADER_BYTES = 24;

    /// Fetched at once while nothing is waited for: 512 KiB, so that a page that is touched does
    /// not wait for long.
    private static final int BLOCK_PAGES = 128;

    /// Fetched around a page that is touched, as its neighbours are mostly touched next.
    private static final int NEAR_PAGES = 16;

    private static final int RANGE = 1;
    private static final int DATA = 2;
    private static final int END = 3;

    /// What `krg-pages` says, or that it says no more.
    private sealed interface Said {
        record Ready() implements Said {}

        record Touched(int pid, long address) implements Said {}

        record Started() implements Said {}

        record Done() implements Said {}

        record Over() implements Said {}
    }

    private final Process program;
    private final DataOutputStream out;
    private final RemoteMemory memory;
    private final MissingPages missing;
    private final long deadline;
    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private final AtomicLong sentBytes = new AtomicLong();

    private Following(Process program, RemoteMemory memory, MissingPages missing, Duration limit) {
        this.program = program;
        this.out = new DataOutputStream(new BufferedOutputStream(program.getOutputStream()));
        this.memory = memory;
        this.missing = missing;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /// Gets ready for a restore by `criu restore --lazy-pages` in the directory `work`.
    static Following begin(
            CheckpointConfig config,
            CellView cell,
            Path images,
            Path work,
            RemoteMemory memory,
            Duration limit)
            throws IOException {
        var missing = missing(images);
        var cgroup = cell.initCgroup().resolveSibling(".").normalize();
        var line = List.of(CriuCommand.pages(config), "serve", work.toString(), cgroup.toString());
        var program = new ProcessBuilder(line).start();
        var following = new Following(program, memory, missing, limit);
        start("pages-log", cell, following::tell);
        start("pages-said", cell, following::hear);
        try {
            following.list();
            if (!(following.next(true) instanceof Said.Ready)) {
                throw new IOException("krg-pages did not start");
            }
        } catch (IOException failure) {
            following.giveUp();
            throw failure;
        }
        start("pages", cell, following::run);
        return following;
    }

    private static void start(String name, CellView cell, Runnable work) {
        Thread.ofVirtual().name(name + "-" + cell.process() + "." + cell.epoch()).start(work);
    }

    private static MissingPages missing(Path images) throws IOException {
        var missing = new MissingPages();
        try (var files = Files.newDirectoryStream(images, "pagemap-*.img")) {
            for (var file : files) {
                var pid = PageMaps.process(file.getFileName().toString());
                if (pid.isPresent()) {
                    PageMaps.leftOut(pid.getAsInt(), Files.readAllBytes(file))
                            .forEach(missing::add);
                }
            }
        }
        return missing;
    }

    @Override
    public CompletableFuture<Long> done() {
        return done;
    }

    @Override
    public long sentBytes() {
        return sentBytes.get();
    }

    @Override
    public long wholeBytes() {
        return missing.wholeBytes();
    }

    @Override
    public void giveUp() {
        said.add(new Said.Over());
        close();
    }

    private void close() {
        try {
            program.getOutputStream().close();
        } catch (IOException over) {
            log.debug("krg-pages is gone", over);
        }
    }

    private void tell() {
        try (var errors = program.getErrorStream()) {
            var text = new String(errors.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!text.isEmpty()) {
                log.warn("memory cannot follow, the cell is killed reason={}", text);
            }
        } catch (IOException over) {
            log.debug("krg-pages is gone", over);
        }
    }

    private void hear() {
        try (var input = program.getInputStream()) {
            while (hear(input)) {
                // Until its end.
            }
        } catch (IOException over) {
            log.debug("krg-pages is gone", over);
        }
        said.add(new Said.Over());
    }

    private boolean hear(InputStream input) throws IOException {
        var bytes = input.readNBytes(HEADER_BYTES);
        if (bytes.length < HEADER_BYTES) {
            return false;
        }
        var header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        said.add(
                switch (header.getInt(0)) {
                    case 1 -> new Said.Ready();
                    case 2 -> new Said.Touched(header.getInt(4), header.getLong(8));
                    case 3 -> new Said.Started();
                    case 4 -> new Said.Done();
                    default -> new Said.Over();
                });
        return true;
    }

    private void list() throws IOException {
        for (var stretch : missing.stretches()) {
            send(RANGE, stretch, new byte[0]);
        }
        out.flush();
    }

    private void run() {
        try {
            fetchAll();
            done.complete(sentBytes.get());
        } catch (IOException | RuntimeException failure) {
            close();
            try {
                // Killed by then.
                program.waitFor();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            done.completeExceptionally(failure);
        }
    }

    private void fetchAll() throws IOException {
        var started = false;
        while (true) {
            if (started && !missing.isAny()) {
                send(END, new Stretch(0, 0, 0), new byte[0]);
                out.flush();
                awaitDone();
                return;
            }
            switch (next(!started)) {
                case Said.Touched(var pid, var address) -> {
                    // Others around it need not be registered before all are.
                    var near = missing.near(pid, address, started ? NEAR_PAGES : 1);
                    if (near.isPresent()) {
                        fetch(near.get());
                    }
                }
                case Said.Started _ -> started = true;
                case null -> fetch(missing.next(BLOCK_PAGES));
                case Said.Ready _, Said.Done _, Said.Over _ ->
                        throw new IOException("krg-pages ended early");
            }
        }
    }

    private void awaitDone() throws IOException {
        while (!(next(true) instanceof Said.Done)) {
            // What was touched is there by now.
        }
    }

    /// {@return what was said; null if nothing was and there is no need to wait}
    private @Nullable Said next(boolean wait) throws IOException {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new IOException("its memory did not come in time");
        }
        if (!wait) {
            return over(said.poll());
        }
        try {
            var next = said.poll(left, TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new IOException("its memory did not come in time");
            }
            return over(next);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private static @Nullable Said over(@Nullable Said said) throws IOException {
        if (said instanceof Said.Over) {
            throw new IOException("krg-pages ended early");
        }
        return said;
    }

    private void fetch(Stretch pages) throws IOException {
        var bytes = memory.read(pages);
        send(DATA, pages, bytes);
        out.flush();
        sentBytes.addAndGet(bytes.length);
    }

    private void send(int kind, Stretch pages, byte[] bytes) throws IOException {
        var header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(kind).putInt(pages.pid()).putLong(pages.address()).putLong(pages.pages());
        out.write(header.array());
        out.write(bytes);
    }
}
