// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.Manifest.Need;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source.ByPath;
import org.krg.checkpoint.model.SavedFile.Source.Held;
import org.krg.checkpoint.model.SavedFile.Source.WriteOnly;
import org.krg.checkpoint.model.TreeProcess;

/// Which files are part of a generation: those that the program can write to by what it has open or
/// in memory, all of its private `/dev/shm`, and all of the directory that is the job's own. Files
/// without a name are in the images.
public final class SavedFiles {
    private static final String SHARED_MEMORY = "/dev/shm/";

    /// Of files that are only appended to, what is copied while the program stands still: some 10
    /// ms.
    public static final long MOST_COPIED_BYTES = 16 << 20;

    /// What to do about a file that the program's user may not read.
    public static final String DENIED_REMEDY =
            "Let that user read it (chmod, chown), or take it out of what goes along";

    private SavedFiles() {}

    /// {@return that a file or directory is more than the program may read, as a clause}
    public static String denied(String path) {
        return path + " cannot go along: the program's user may not read it";
    }

    /// {@return the files, by path}
    ///
    /// @param own files of the job's own directory
    public static List<SavedFile> of(ProcessTree tree, List<SavedFile> own) {
        var found = new TreeMap<String, SavedFile>();
        for (var process : tree.processes()) {
            process.files().stream()
                    .filter(SavedFiles::isWritten)
                    .forEach(file -> merge(found, saved(process, file)));
            process.mapped().stream()
                    .filter(file -> file.writesThrough() && isNamed(file))
                    .forEach(file -> merge(found, saved(process, file)));
        }
        for (var file : tree.shared()) {
            merge(found, new SavedFile(file.path(), new ByPath(), false, file.facts()));
        }
        // How the program writes to a file is known where it has the file open.
        own.forEach(file -> found.putIfAbsent(file.path(), file));
        return List.copyOf(found.values());
    }

    /// {@return files that the program uses and only reads, by path}
    public static List<Need> needs(ProcessTree tree, List<SavedFile> saved) {
        var needs = new TreeMap<String, Need>();
        for (var process : tree.processes()) {
            for (var file : process.files()) {
                if (file.type() == OpenFile.Type.REGULAR && !file.isMemory() && !file.isDeleted()) {
                    needs.putIfAbsent(file.target(), need(file.target(), file.facts(), false));
                }
            }
            for (var file : process.mapped()) {
                if (isNamed(file)) {
                    needs.put(file.target(), need(file.target(), file.facts(), true));
                }
            }
        }
        saved.forEach(file -> needs.remove(file.path()));
        return List.copyOf(needs.values());
    }

    private static boolean isWritten(OpenFile file) {
        return file.type() == OpenFile.Type.REGULAR
                && file.writable()
                && !file.isMemory()
                && !file.isDeleted();
    }

    private static boolean isNamed(MappedFile file) {
        return file.target().startsWith("/")
                && !file.target().startsWith("/memfd:")
                && !file.target().startsWith("/SYSV")
                && !file.target().startsWith("/dev/zero")
                && !file.target().endsWith(" (deleted)");
    }

    private static SavedFile saved(TreeProcess process, OpenFile file) {
        var link = "/proc/" + process.hostPid() + "/fd/" + file.fd();
        var source = file.readable() ? new Held(link) : new WriteOnly(link);
        var appended = file.append() && !file.target().startsWith(SHARED_MEMORY);
        return new SavedFile(file.target(), source, appended, file.facts());
    }

    private static SavedFile saved(TreeProcess process, MappedFile file) {
        var source = new Held("/proc/" + process.hostPid() + "/map_files/" + file.range());
        return new SavedFile(file.target(), source, false, file.facts());
    }

    private static void merge(Map<String, SavedFile> found, SavedFile file) {
        found.merge(file.path(), file, SavedFiles::merged);
    }

    // A file that is also written otherwise than by appending is not an appended one, and one that
    // the program may read by one descriptor is read by that one.
    private static SavedFile merged(SavedFile before, SavedFile other) {
        var chosen = before.source() instanceof Held ? before : other;
        return new SavedFile(
                chosen.path(),
                chosen.source(),
                before.appended() && other.appended(),
                chosen.facts());
    }

    private static Need need(String path, FileFacts facts, boolean mapped) {
        return new Need(path, facts.sizeBytes(), facts.modified(), mapped);
    }

    /// {@return bytes of the files} Holes count: the copy of a frozen cell and the file where it is
    /// put back are written from the first byte to the last. Only in the store are they one chunk.
    public static long totalBytes(List<SavedFile> files) {
        return files.stream().mapToLong(file -> file.facts().sizeBytes()).sum();
    }

    /// {@return those of the files that are written by appending only and are too long to be copied
    /// while the program stands still} Short ones are copied as all others are, since a program can
    /// cut a file off that it appends to.
    public static List<SavedFile> growing(List<SavedFile> files) {
        var appended = new ArrayList<>(largestFirst(files).reversed());
        appended.removeIf(file -> !file.appended());
        var growing = new ArrayList<SavedFile>();
        var copiedBytes = 0L;
        for (var file : appended) {
            copiedBytes += file.facts().sizeBytes();
            if (copiedBytes > MOST_COPIED_BYTES) {
                growing.add(file);
            }
        }
        return List.copyOf(growing);
    }

    /// {@return the largest files first}
    static List<SavedFile> largestFirst(List<SavedFile> files) {
        var sorted = new ArrayList<>(files);
        sorted.sort(
                (one, other) -> Long.compare(other.facts().sizeBytes(), one.facts().sizeBytes()));
        return sorted;
    }
}
