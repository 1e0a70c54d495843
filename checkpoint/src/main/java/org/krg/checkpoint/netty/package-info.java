// SPDX-License-Identifier: Apache-2.0

/// Chunks and manifests between nodes, on Netty: the protocol of the service `chunks`.
///
/// A connection carries one conversation at a time. Frame: u32 length of what follows, u8 kind,
/// bytes.
///
/// | frame | sent by | answer |
/// | --- | --- | --- |
/// | `GET` hashes | either side | `BLOCK`: those of the chunks that are there and good |
/// | `FIND` generation, digest of the manifest | client | `MANIFEST`: its bytes, none if not there |
/// | `KEEP` generation, manifest | client | any number of `GET`, then `KEPT` once the copy is whole, verified and durable |
/// | `FAILED` text | server | ends the conversation |
///
/// Whoever was asked to `KEEP` asks for nothing every few seconds (a `GET` without hashes, answered
/// by an empty `BLOCK`) while it looks at what it has, writes images, or waits for its disk: who is
/// silent for longer is dead. Agents that know nothing of that answer it all the same. A disk that
/// takes longer than a dump may take is given up too: a program may stand still for it.
///
/// `GET`, `FIND` and `KEEP` say whether what is kept in consequence is encrypted where it lies: a
/// node that encrypts its own hands nothing to one that does not, and has no copies made there.
@NullMarked
package org.krg.checkpoint.netty;

import org.jspecify.annotations.NullMarked;
