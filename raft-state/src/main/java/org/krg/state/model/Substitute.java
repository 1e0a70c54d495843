// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A file that a saved program has open, and the one that it gets in its place when it is brought
/// back. What is not a path or a descriptor is an [IllegalArgumentException].
///
/// @param what which of its open files
/// @param path of the other one, absolute; it is there where the program is brought back
public record Substitute(What what, String path) {
    /// Of one generation.
    public static final int MOST = 64;

    /// `PATH_MAX` of Linux.
    private static final int LONGEST_PATH = 4096;

    public Substitute {
        requirePath(path);
    }

    /// Which open files are meant.
    public sealed interface What {}

    /// Every descriptor of every process by which a file is open.
    ///
    /// @param path absolute, as it was when the program was saved
    public record OpenFile(String path) implements What {
        public OpenFile {
            requirePath(path);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /// What a descriptor of the program's first process refers to, wherever else it is shared.
    public record Descriptor(int number) implements What {
        public Descriptor {
            if (number < 0) {
                throw new IllegalArgumentException("descriptors count from 0, not " + number);
            }
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    @Override
    public String toString() {
        return what + "=" + path;
    }

    private static void requirePath(String path) {
        if (!path.startsWith("/") || path.indexOf(0) >= 0 || path.length() > LONGEST_PATH) {
            throw new IllegalArgumentException(
                    "\"%s\" is no path from the root of at most %d characters"
                            .formatted(path, LONGEST_PATH));
        }
    }
}
