// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.engine.ChunkStore;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.linux.DirectoryFd;
import org.krg.linux.LinuxException;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Invariant;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store in a directory; see the package. Packs and index are guarded by a lock. Nobody waits
/// for a sweep, and a sweep for nobody: it takes from the index what no manifest refers to, and
/// removes it when all have ended who may have seen it there.
public final class FileChunkStore implements ChunkStore {
    private static final Logger log = LoggerFactory.getLogger(FileChunkStore.class);

    /// Blocks kept decompressed: chunks that follow each other in a file lie in few blocks.
    private static final int CACHED_BLOCKS = 64;

    /// A place is the slot of the pack above, and the offset of the block plus one below.
    private static final int OFFSET_BITS = 40;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path packs;
    private final Manifests manifests;
    private final int level;
    private final StoreKeys keys;
    private final Disk disk;
    private final Writers writers = new Writers();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Integer, Pack> bySlot = new LinkedHashMap<>();

    /// What is not durable yet.
    private final Unsynced unsynced = new Unsynced();

    /// Held by whoever makes it durable: of a failure the kernel tells one who asks, and nobody
    /// after.
    private final Object syncing = new Object();

    /// Held while a manifest is written, renamed or removed: what was removed must not come back,
    /// and whoever lists them must miss none.
    private final Object manifestChange = new Object();

    /// Held by whoever sweeps.
    private final ReentrantLock sweeping = new ReentrantLock();

    private final AtomicLong lastNumber = new AtomicLong();
    private final BlockCache cache = new BlockCache(CACHED_BLOCKS);
    private final Set<Long> damagedBlocks = new HashSet<>();
    private ChunkIndex index = new ChunkIndex();

    /// What a sweep that has begun is about to remove: found if it is asked for, but not there for
    /// those who begin to write.
    private ChunkIndex fading = new ChunkIndex();

    private int slots;

    /// The sweep that has begun, if any; guarded by `sweeping`.
    private Optional<Sweep> begun = Optional.empty();

    /// Whether there may be something to sweep, as also after a start.
    private volatile boolean isOwed = true;

    private FileChunkStore(Path directory, int level, StoreKeys keys, Disk disk) {
        this.packs = directory.resolve("packs");
        this.manifests = new Manifests(directory.resolve("manifests"), keys);
        this.level = level;
        this.keys = keys;
        this.disk = disk;
    }

    /// Opens a store in which nothing is encrypted.
    public static FileChunkStore open(Path directory, int level) throws IOException {
        return open(directory, level, StoreKeys.NONE);
    }

    /// Opens the store in a directory, which is made if need be, and reads what is in it. Removes
    /// packs and manifests that were not durable. Only the owner may enter the directory: images
    /// hold whatever a program has in memory.
    ///
    /// @param level of zstd
    /// @param keys for what is encrypted, and what is to be
    /// @throws org.krg.checkpoint.KeyUnknown if something there cannot be read for want of a key;
    ///   nothing was changed
    public static FileChunkStore open(Path directory, int level, StoreKeys keys)
            throws IOException {
        return open(directory, level, keys, Disk.REAL);
    }

    /// The same on another disk.
    public static FileChunkStore open(Path directory, int level, StoreKeys keys, Disk disk)
            throws IOException {
        var store = new FileChunkStore(directory, level, keys, disk);
        Files.createDirectories(directory, OWNER_ONLY);
        Files.setPosixFilePermissions(directory, OWNER_ONLY.value());
        Files.createDirectories(store.packs);
        Files.createDirectories(store.manifests.directory());
        store.manifests.requireKeys();
        store.load();
        store.manifests.removeUnfinished();
        return store;
    }

    @Override
    public boolean isEncrypted() {
        return keys.sealing().isPresent();
    }

    @Override
    public boolean has(ChunkHash chunk) {
        lock.readLock().lock();
        try {
            return index.find(chunk) != ChunkIndex.NOWHERE;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Optional<byte[]> find(ChunkHash hash) throws IOException {
        long place;
        Optional<byte[]> content = Optional.empty();
        lock.readLock().lock();
        try {
            place = place(hash);
            if (place != ChunkIndex.NOWHERE) {
                content = read(hash, place);
            }
        } finally {
            lock.readLock().unlock();
        }
        if (content.isEmpty() && place != ChunkIndex.NOWHERE) {
            forget(hash, place);
        }
        return content;
    }

    @Override
    public Optional<byte[]> findManifest(GenerationId id, Sha256 digest) throws IOException {
        return manifests.find(id, digest);
    }

    @Override
    public boolean hasManifest(GenerationId id, Sha256 digest) {
        return manifests.has(id, digest);
    }

    @Override
    public List<StoredManifest> stored() throws IOException {
        return manifests().stream()
                .map(named -> new StoredManifest(named.id(), named.digest()))
                .distinct()
                .toList();
    }

    @Override
    public Writing begin() throws IOException {
        var writer = writers.begin();
        try {
            return new StoreWriting(this, writer, unsynced.losses(), newPack());
        } catch (IOException | RuntimeException failure) {
            writers.end(writer);
            throw failure;
        }
    }

    @Override
    public void remove(GenerationId id, Sha256 digest) throws IOException {
        // Not while it is made durable: it might be stored anew meanwhile, and taken for that one.
        synchronized (syncing) {
            synchronized (manifestChange) {
                unsynced.remove(manifests.remove(id, digest));
            }
        }
        isOwed = true;
    }

    @Override
    public long sweep() throws IOException {
        if (!sweeping.tryLock()) {
            return 0;
        }
        try {
            if (begun.isEmpty() && isOwed) {
                beginSweep();
            }
            return endSweep();
        } finally {
            sweeping.unlock();
        }
    }

    @Override
    public long sweepAll() throws IOException {
        sweeping.lock();
        try {
            beginSweep();
        } finally {
            sweeping.unlock();
        }
        writers.await(writers.next());
        sweeping.lock();
        try {
            return endSweep();
        } finally {
            sweeping.unlock();
        }
    }

    private void beginSweep() throws IOException {
        isOwed = false;
        try {
            begun = Sweep.begin(this, manifests, keys.sealing(), writers);
        } finally {
            if (begun.isEmpty()) {
                isOwed = true;
            }
        }
    }

    private long endSweep() throws IOException {
        if (begun.isEmpty() || !writers.haveEnded(begun.get().writer())) {
            return 0;
        }
        var sweep = begun.get();
        begun = Optional.empty();
        var freed = OptionalLong.empty();
        try {
            freed = sweep.end();
        } finally {
            if (freed.isEmpty()) {
                isOwed = true;
            }
        }
        return freed.orElse(0);
    }

    @Override
    public long outdatedBytes() throws IOException {
        var key = keys.sealing();
        return outdatedManifestBytes()
                + packs().values().stream()
                        .filter(pack -> !pack.isSealedBy(key))
                        .mapToLong(Pack::sizeBytes)
                        .sum();
    }

    private long outdatedManifestBytes() throws IOException {
        synchronized (manifestChange) {
            return manifests.outdatedBytes();
        }
    }

    void endWriting(long writer) {
        writers.end(writer);
    }

    PackWriter newPack() throws IOException {
        var name = "%016x.pack%s".formatted(lastNumber.incrementAndGet(), Pack.UNFINISHED);
        return new PackWriter(packs.resolve(name), level, keys.sealing());
    }

    /// Makes the chunks of a pack findable. They are not durable yet: whoever commits later has
    /// them made so too, as it may refer to them.
    ///
    /// @param losses when it was begun
    void publish(PackWriter writer, long losses) throws IOException {
        writer.finish();
        var pack = new Pack(writer.keep(), keys);
        lock.writeLock().lock();
        try {
            // Whoever finds something there has it made durable too.
            unsynced.add(pack, losses);
            // What is there already may be durable, and is not to depend on what is not.
            index(pack, false);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// The same for chunks that are here already: they are durable when they can be found.
    void publishDurably(PackWriter writer) throws IOException {
        writer.finish();
        disk.force(writer.file());
        var pack = new Pack(writer.keep(), keys);
        pack.rename();
        DirectoryFd.sync(packs);
        index(pack, true);
    }

    /// @param losses when what it refers to was begun
    void publish(GenerationId id, Sha256 digest, byte[] manifest, long losses) throws IOException {
        synchronized (manifestChange) {
            // One that is good may be relied on, and is not to be lost with what is new.
            if (manifests.find(id, digest).isEmpty()) {
                unsynced.add(manifests.write(id, digest, manifest), losses);
            }
        }
    }

    /// {@return all manifests}
    List<Manifests.Named> manifests() throws IOException {
        synchronized (manifestChange) {
            return manifests.all();
        }
    }

    /// Has manifests encrypted as new ones are, durably.
    void renewManifests() throws IOException {
        synchronized (manifestChange) {
            manifests.renew(disk);
        }
    }

    /// Makes all that was published durable. Those that come meanwhile are left to whoever
    /// published them. To be run by a thread that is not interrupted.
    ///
    /// @param losses when what is to be durable was begun
    /// @throws IOException if the disk fails, now or since then: all that was not durable is
    ///   removed, as nobody knows what of it is on the disk. A second fsync would succeed: Linux
    ///   forgets what it could not write
    void sync(long losses) throws IOException {
        synchronized (syncing) {
            var files = unsynced.all(losses);
            try {
                force(files);
            } catch (IOException | LinuxException failure) {
                throw lose(failure);
            }
            unsynced.remove(files);
        }
    }

    private void force(Unsynced.Held files) throws IOException {
        for (var pack : files.packs()) {
            force(pack.file());
        }
        for (var file : files.manifests()) {
            force(Manifests.unfinished(file));
        }
        if (!files.packs().isEmpty()) {
            rename(files.packs());
            DirectoryFd.sync(packs);
        }
        // After the chunks: there is no moment at which a crash leaves it without them.
        if (!files.manifests().isEmpty()) {
            synchronized (manifestChange) {
                manifests.settle(files.manifests());
            }
        }
    }

    private void force(Path file) throws IOException {
        try {
            disk.force(file);
        } catch (NoSuchFileException removed) {
            // Nobody needs it any more.
        } catch (IOException failure) {
            throw new IOException(file + ": " + failure.getMessage(), failure);
        }
    }

    private void rename(List<Pack> durable) throws IOException {
        lock.writeLock().lock();
        try {
            for (var pack : durable) {
                pack.rename();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Removes all that is not durable. What is there then is what the other packs have: a chunk
    /// may be in several.
    private IOException lose(Exception failure) {
        sweeping.lock();
        lock.writeLock().lock();
        try {
            var lost = unsynced.lose(failure);
            bySlot.values().removeAll(lost.packs());
            index = new ChunkIndex();
            fading = new ChunkIndex();
            begun = Optional.empty();
            isOwed = true;
            cache.clear();
            for (var pack : bySlot.entrySet()) {
                attempt(() -> index(pack.getKey(), pack.getValue(), true));
            }
            for (var pack : lost.packs()) {
                attempt(pack::delete);
            }
            for (var file : lost.manifests()) {
                attempt(() -> Manifests.delete(file));
            }
            log.error(
                    "the disk did not take what was written, what is not durable is removed"
                            + " packs={} manifests={}",
                    lost.packs().size(),
                    lost.manifests().size(),
                    failure);
        } finally {
            lock.writeLock().unlock();
            sweeping.unlock();
        }
        return new IOException(String.valueOf(failure.getMessage()), failure);
    }

    private interface Attempt {
        void run() throws IOException;
    }

    // A disk that has just failed may do so again.
    private static void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException failure) {
            log.warn("the disk fails", failure);
        }
    }

    /// {@return packs by slot, oldest first}
    Map<Integer, Pack> packs() {
        lock.readLock().lock();
        try {
            return new LinkedHashMap<>(bySlot);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Has only the chunks in `live` there for those who begin to write.
    ///
    /// @return the first writer to whom that applies
    long fade(ChunkIndex live) {
        lock.writeLock().lock();
        try {
            var stay = new ChunkIndex();
            var go = new ChunkIndex();
            // What faded before is older, and may be durable where what was stored again is not.
            for (var present : List.of(index, fading)) {
                present.forEach((hash, place) -> {
                    var isLive = live.find(hash) != ChunkIndex.NOWHERE;
                    (isLive ? stay : go).put(hash, place);
                });
            }
            index = stay;
            fading = go;
            return writers.next();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Ends what [#fade] has begun: the chunks in `live` are there again, and those that are not
    /// are found no more.
    ///
    /// @return what is there, by the slot of its pack; packs that have nothing are not among them
    Map<Integer, List<ChunkHash>> settle(ChunkIndex live) {
        lock.writeLock().lock();
        try {
            fading.forEach((hash, place) -> {
                // Also if it was stored again: that may not be durable yet.
                if (live.find(hash) != ChunkIndex.NOWHERE) {
                    index.put(hash, place);
                }
            });
            fading = new ChunkIndex();
            var bySlot = new TreeMap<Integer, List<ChunkHash>>();
            index.forEach((hash, place) ->
                    bySlot.computeIfAbsent(slot(place), _ -> new ArrayList<>()).add(hash));
            return bySlot;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Removes packs in which nothing is there any more.
    void drop(List<Integer> dead) throws IOException {
        var gone = new ArrayList<Pack>();
        lock.writeLock().lock();
        try {
            for (var slot : dead) {
                gone.add(bySlot.remove(slot));
            }
            cache.clear();
        } finally {
            lock.writeLock().unlock();
        }
        unsynced.remove(gone);
        for (var pack : gone) {
            pack.delete();
        }
        DirectoryFd.sync(packs);
    }

    private void load() throws IOException {
        var files = new ArrayList<Path>();
        var unfinished = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(packs)) {
            for (var entry : entries) {
                (entry.toString().endsWith(Pack.UNFINISHED) ? unfinished : files).add(entry);
            }
        }
        files.sort(null);
        for (var file : files) {
            index(new Pack(file, keys), true);
            var name = file.getFileName().toString();
            lastNumber.set(Long.parseLong(name.substring(0, name.indexOf('.')), 16));
        }
        for (var file : unfinished) {
            Files.delete(file);
        }
    }

    /// @param replaces whether chunks that are there already are those of this pack from now on
    private void index(Pack pack, boolean replaces) throws IOException {
        lock.writeLock().lock();
        try {
            var slot = slots++;
            bySlot.put(slot, pack);
            index(slot, pack, replaces);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void index(int slot, Pack pack, boolean replaces) throws IOException {
        var whole =
                pack.scan((offset, hashes) -> {
                    for (var hash : hashes) {
                        if (replaces || index.find(hash) == ChunkIndex.NOWHERE) {
                            index.put(hash, place(slot, offset));
                        }
                    }
                });
        if (!whole) {
            log.warn(
                    "a pack of chunks is damaged, the rest of it is not used file={}", pack.file());
        }
    }

    private static long place(int slot, long offset) {
        Invariant.holds(
                offset < (1L << OFFSET_BITS) - 1 && slot < 1 << (Long.SIZE - 1 - OFFSET_BITS),
                "a place fits into its bits",
                slot,
                offset);
        return (long) slot << OFFSET_BITS | (offset + 1);
    }

    private static int slot(long place) {
        return (int) (place >>> OFFSET_BITS);
    }

    private long place(ChunkHash hash) {
        var place = index.find(hash);
        return place == ChunkIndex.NOWHERE ? fading.find(hash) : place;
    }

    // With the read lock held, so that the pack stays open.
    private Optional<byte[]> read(ChunkHash hash, long place) throws IOException {
        var chunks = cache.find(place);
        if (chunks.isEmpty()) {
            var slot = slot(place);
            var offset = (place & ((1L << OFFSET_BITS) - 1)) - 1;
            var pack = Objects.requireNonNull(bySlot.get(slot), "a chunk found is in a pack");
            chunks = pack.block(offset);
            chunks.ifPresent(loaded -> cache.put(place, loaded));
        }
        for (var chunk : chunks.orElse(List.of())) {
            if (chunk.hash().equals(hash) && ChunkHash.of(chunk.content()).equals(hash)) {
                return Optional.of(chunk.content());
            }
        }
        return Optional.empty();
    }

    private void forget(ChunkHash hash, long place) {
        lock.writeLock().lock();
        try {
            // It may have been written again meanwhile.
            if (place(hash) == place) {
                (index.find(hash) == place ? index : fading).remove(hash);
                if (damagedBlocks.add(place)) {
                    log.warn("a block of stored chunks is damaged chunk={}", hash);
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
