// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// How a program goes on with a file that takes the place of another one.
///
/// @param path absolute
/// @param leastBytes how long the file has to be
public record Opening(String path, boolean reads, boolean writes, long leastBytes) {}
