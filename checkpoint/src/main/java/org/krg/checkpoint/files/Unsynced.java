// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What can be found in a store and is not durable yet, in the order in which it came. If the disk
/// fails all of it is lost: to those who had begun before, who may have found some of it, nothing
/// is added any more. Safe for use by several threads.
final class Unsynced {
    private final Set<Pack> packs = new LinkedHashSet<>();
    private final Set<Path> manifests = new LinkedHashSet<>();
    private long losses;
    private Optional<Exception> last = Optional.empty();

    /// Some of it.
    record Held(List<Pack> packs, List<Path> manifests) {}

    /// {@return how often all was lost so far}
    synchronized long losses() {
        return losses;
    }

    /// Adds a pack, or removes it.
    ///
    /// @param before losses when it was begun
    /// @throws IOException if there was one since
    void add(Pack pack, long before) throws IOException {
        if (!add(packs, pack, before)) {
            pack.delete();
            throw lost();
        }
    }

    /// The same for a manifest.
    ///
    /// @param manifest the file that it is to be in
    void add(Path manifest, long before) throws IOException {
        if (!add(manifests, manifest, before)) {
            Files.deleteIfExists(Manifests.unfinished(manifest));
            throw lost();
        }
    }

    private synchronized <T> boolean add(Set<T> those, T one, long before) {
        if (before != losses) {
            return false;
        }
        those.add(one);
        return true;
    }

    /// {@return all of it}
    ///
    /// @throws IOException if there was a loss since `before`
    synchronized Held all(long before) throws IOException {
        if (before != losses) {
            throw lost();
        }
        return new Held(List.copyOf(packs), List.copyOf(manifests));
    }

    /// It is durable.
    synchronized void remove(Held durable) {
        packs.removeAll(durable.packs());
        manifests.removeAll(durable.manifests());
    }

    /// They are no more.
    synchronized void remove(Collection<Pack> gone) {
        packs.removeAll(gone);
    }

    /// It is no more.
    synchronized void remove(Path manifest) {
        manifests.remove(manifest);
    }

    /// {@return all of it, which is lost}
    synchronized Held lose(Exception failure) {
        var held = new Held(List.copyOf(packs), List.copyOf(manifests));
        packs.clear();
        manifests.clear();
        losses++;
        last = Optional.of(failure);
        return held;
    }

    private synchronized IOException lost() {
        var why = last.map(Throwable::getMessage).orElse("");
        return new IOException("it rests on what was lost as the disk failed: " + why);
    }
}
