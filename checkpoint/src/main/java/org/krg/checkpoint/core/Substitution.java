// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.checkpoint.model.ImageFile;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.ImageFile.Kind;
import org.krg.checkpoint.model.Opening;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;

/// Which open files of a saved program become which others.
///
/// @param replaced the files, each once, in the order of the images
/// @param left paths that the program does not have any more: what they were is not put back
/// @param problem why what is asked for cannot be done; empty if it can
public record Substitution(
        List<Replaced> replaced, SortedSet<String> left, Optional<Problem> problem) {
    public Substitution {
        replaced = List.copyOf(replaced);
    }

    /// A file that becomes another one.
    public record Replaced(ImageFile file, String path) {
        /// {@return how the other one is opened}
        public Opening opening() {
            return file.opening(path);
        }
    }

    /// Why it cannot be done.
    ///
    /// @param missing whether the program has no such file
    public record Problem(boolean missing, String cause, String remedy) {}

    /// {@return what is to be done}
    ///
    /// @param files all that the program had
    /// @param rootPid of its first process
    public static Substitution of(List<ImageFile> files, int rootPid, List<Substitute> wanted) {
        var paths = new TreeMap<Integer, String>();
        for (var substitute : wanted) {
            var found = find(files, rootPid, substitute.what());
            var problem = problem(files, rootPid, substitute, found, paths);
            if (problem.isPresent()) {
                return new Substitution(List.of(), new TreeSet<>(), problem);
            }
            found.forEach(file -> paths.put(file.id(), substitute.path()));
        }
        var replaced = new ArrayList<Replaced>();
        var left = new TreeSet<String>();
        var kept = new TreeSet<String>();
        for (var file : files) {
            var path = paths.get(file.id());
            if (path == null) {
                kept.add(file.path());
            } else {
                replaced.add(new Replaced(file, path));
                left.add(file.path());
                kept.add(path);
            }
        }
        left.removeAll(kept);
        return new Substitution(replaced, left, Optional.empty());
    }

    /// {@return the new path of each file, by its id}
    public SortedMap<Integer, String> paths() {
        var paths = new TreeMap<Integer, String>();
        replaced.forEach(each -> paths.put(each.file().id(), each.path()));
        return paths;
    }

    private static List<ImageFile> find(List<ImageFile> files, int rootPid, Substitute.What what) {
        return files.stream()
                .filter(file ->
                        switch (what) {
                            case OpenFile(var path) -> file.path().equals(path);
                            case Descriptor(var number) ->
                                    file.holders().contains(new Holder(rootPid, number));
                        })
                .toList();
    }

    private static Optional<Problem> problem(
            List<ImageFile> files,
            int rootPid,
            Substitute substitute,
            List<ImageFile> found,
            Map<Integer, String> paths) {
        if (found.stream().allMatch(file -> file.holders().isEmpty())) {
            return Optional.of(missing(files, rootPid, substitute.what(), !found.isEmpty()));
        }
        for (var file : found) {
            var why = unfit(file);
            if (why.isPresent()) {
                var what = "%s is %s".formatted(name(file), why.get());
                return Optional.of(refused(what, "Leave it out of --substitute-fd"));
            }
            if (paths.containsKey(file.id())) {
                return Optional.of(
                        refused(
                                name(file) + " is to be replaced twice",
                                "Name it by its path or by its descriptor"));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> unfit(ImageFile file) {
        if (file.holders().isEmpty()) {
            return Optional.of(
                    "also mapped, executed, a working directory or on its way through a socket:"
                            + " only what is just open is replaced");
        }
        return switch (file.kind()) {
            case REGULAR -> Optional.empty();
            case DELETED -> Optional.of("deleted: it is in the checkpoint");
            case OTHER -> Optional.of("no regular file");
        };
    }

    private static String name(ImageFile file) {
        return file.holders().isEmpty()
                ? file.path()
                : "%s, %s,".formatted(file.path(), file.holders().getFirst());
    }

    private static Problem refused(String cause, String remedy) {
        return new Problem(false, cause, remedy);
    }

    private static Problem missing(
            List<ImageFile> files, int rootPid, Substitute.What what, boolean elsewhere) {
        var cause =
                switch (what) {
                    case OpenFile(var path) when elsewhere ->
                            "the program has %s in use, but not open".formatted(path);
                    case OpenFile(var path) ->
                            "the program had no file %s open when it was saved".formatted(path);
                    case Descriptor(var number) ->
                            "fd %d of the program's first process was no file when it was saved"
                                    .formatted(number);
                };
        return new Problem(true, cause, "It had open: " + text(files, rootPid));
    }

    /// {@return what a user can name}
    private static String text(List<ImageFile> files, int rootPid) {
        var names = new TreeSet<String>();
        for (var file : files) {
            if (!file.holders().isEmpty() && file.kind() == Kind.REGULAR) {
                var own = file.holders().stream().filter(it -> it.pid() == rootPid).findFirst();
                names.add(file.path() + own.map(it -> " (fd " + it.fd() + ")").orElse(""));
            }
        }
        return names.isEmpty() ? "no file" : String.join(", ", names);
    }
}
