// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import static java.util.stream.Collectors.toCollection;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// A directory of a cell and all that is below it, each by path, as the program's user sees it.
///
/// @param itself empty if it is not there, or no directory
/// @param files regular files
/// @param directories without the directory itself
/// @param links symbolic links, which are not followed
/// @param others paths of what is none of these, nor a socket, which is nothing without the program
///   that listens and names it anew; also of what has a name, or a link's target, that cannot be
///   told as text here
/// @param denied paths of files that the program's user may not read, and of directories that it
///   may not list and search: nothing is known of them
public record DirectoryContents(
        Optional<Directory> itself,
        List<SavedFile> files,
        List<Directory> directories,
        List<Link> links,
        List<String> others,
        List<String> denied) {
    /// What is in no directory at all.
    public static final DirectoryContents NONE =
            new DirectoryContents(
                    Optional.empty(), List.of(), List.of(), List.of(), List.of(), List.of());

    public DirectoryContents {
        files = List.copyOf(files);
        directories = List.copyOf(directories);
        links = List.copyOf(links);
        others = List.copyOf(others);
        denied = List.copyOf(denied);
    }

    /// A directory.
    public record Directory(String path, FileFacts facts) {}

    /// A symbolic link.
    ///
    /// @param target as it is written
    public record Link(String path, String target, FileFacts facts) {}

    /// {@return the same without denied ones that are read all the same, by what the program has
    /// open}
    public DirectoryContents readBy(List<SavedFile> saved) {
        var read = saved.stream().map(SavedFile::path).collect(toCollection(TreeSet::new));
        return new DirectoryContents(
                itself,
                files,
                directories,
                links,
                others,
                denied.stream().filter(path -> !read.contains(path)).toList());
    }

    /// {@return how many names there are}
    public int size() {
        return files.size() + directories.size() + links.size() + others.size() + denied.size();
    }
}
