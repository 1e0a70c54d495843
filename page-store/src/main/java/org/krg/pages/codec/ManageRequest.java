// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

/// What a process asks for about segments, in its user's name, whether it has one open or not.
public sealed interface ManageRequest extends AttachRequest {
    /// Make a segment.
    ///
    /// @param mode like a file's
    record Create(String name, long sizeBytes, int mode) implements ManageRequest {}

    /// Tell about a segment.
    record Find(Which which) implements ManageRequest {}

    /// Make a segment larger.
    record Resize(Which which, long sizeBytes) implements ManageRequest {}

    /// Know how programs of this node are going to read a part of a segment that is open here.
    ///
    /// @param how a number of `madvise(2)`
    record Advise(Which which, int how, long offset, long length) implements ManageRequest {}

    /// Take a segment's name away; it is destroyed when nobody holds it any more.
    record Remove(Which which) implements ManageRequest {}

    /// Destroy a segment, whoever holds it.
    record Destroy(Which which) implements ManageRequest {}
}
