// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A file that is to be part of a generation.
///
/// @param path inside the cell
/// @param source where it is read, for as long as the cell is frozen
/// @param appended whether it is written by appending only, so that what is there now stays
public record SavedFile(String path, String source, boolean appended, FileFacts facts) {}
