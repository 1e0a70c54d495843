// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A file that a process has in memory.
///
/// @param range addresses, as in `/proc/PID/map_files`
/// @param target what `/proc/PID/maps` says
/// @param writesThrough whether what is written to the memory is written to the file
public record MappedFile(String range, String target, boolean writesThrough, FileFacts facts) {}
