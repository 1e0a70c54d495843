// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;

/// How the directory that is the job's own becomes what it was, apart from the content of files.
///
/// @param removed what was not there then, or was something else: without what is in it
/// @param made directories that are not there, those above first
/// @param opened directories with another mode than they had, those below first; what was made has
///   none yet
public record OwnDirectoryPlan(List<String> removed, List<Entry> made, List<Entry> opened) {
    public OwnDirectoryPlan {
        removed = List.copyOf(removed);
        made = List.copyOf(made);
        opened = List.copyOf(opened);
    }

    /// {@return the plan}
    ///
    /// @param recorded what a generation has, in any order
    /// @param present what is in the directory now
    /// @param kept paths that stay, whatever is there
    public static OwnDirectoryPlan of(
            List<Entry> recorded, DirectoryContents present, Collection<String> kept) {
        var kinds = new TreeMap<String, Kind>();
        recorded.forEach(entry -> kinds.put(entry.name(), kind(entry)));
        var modes = new TreeMap<String, Integer>();
        for (var directory : present.directories()) {
            if (kinds.get(directory.path()) == Kind.DIRECTORY) {
                modes.put(directory.path(), directory.facts().mode() & ManifestCheck.MAX_MODE);
            }
        }
        var directories =
                recorded.stream()
                        .filter(entry -> entry.kind() == Kind.DIRECTORY)
                        .sorted((one, other) -> one.name().compareTo(other.name()))
                        .toList();
        return new OwnDirectoryPlan(
                removed(kinds, present, kept),
                directories.stream().filter(it -> !modes.containsKey(it.name())).toList(),
                directories.reversed().stream()
                        .filter(it -> modes.getOrDefault(it.name(), -1) != it.mode())
                        .toList());
    }

    private static Kind kind(Entry entry) {
        return entry.kind() == Kind.APPENDED ? Kind.FILE : entry.kind();
    }

    private static List<String> removed(
            Map<String, Kind> kinds, DirectoryContents present, Collection<String> kept) {
        var found = new TreeMap<String, Kind>();
        present.directories().forEach(it -> found.put(it.path(), Kind.DIRECTORY));
        present.files().forEach(it -> found.put(it.path(), Kind.FILE));
        present.links().forEach(it -> found.put(it.path(), Kind.LINK));
        var removed = new ArrayList<String>();
        removed.addAll(present.others());
        if (present.itself().isPresent()) {
            removed.addAll(present.denied());
        }
        found.forEach((path, kind) -> {
            if (kinds.get(path) != kind) {
                removed.add(path);
            }
        });
        return removed.stream()
                .filter(path -> removed.stream().noneMatch(it -> path.startsWith(it + "/")))
                .filter(path -> kept.stream().noneMatch(it -> (it + "/").startsWith(path + "/")))
                .sorted()
                .toList();
    }
}
