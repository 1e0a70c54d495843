// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A file that is to be part of a generation.
///
/// @param path inside the cell
/// @param source by what it is read, for as long as the cell is frozen
/// @param appended whether it is written by appending only, so that what is there now stays
public record SavedFile(String path, Source source, boolean appended, FileFacts facts) {
    /// By what a file is read: never by more than the program itself could read it by.
    public sealed interface Source {
        /// A descriptor or mapping of the program that it may read by, as `/proc` has it.
        record Held(String link) implements Source {}

        /// A descriptor of the program that it can only write by, as `/proc` has it: the file is
        /// read if its owner and mode let the program's user.
        record WriteOnly(String link) implements Source {}

        /// Its path, looked up with the rights of the program.
        record ByPath() implements Source {}
    }
}
