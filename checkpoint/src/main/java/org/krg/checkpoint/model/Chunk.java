// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// Some bytes and their name. The bytes are not to be changed; chunks are compared by name.
@SuppressWarnings("ArrayRecordComponent") // Millions of them: no copies, and nobody compares them.
public record Chunk(ChunkHash hash, byte[] content) {}
