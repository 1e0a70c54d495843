// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;

/// A key with its value as one operation left it.
///
/// @param created revision of the operation that made the key
/// @param modified revision of the operation that wrote this value
/// @param version writes since it was made, this one included; 1 for the first
/// @param lease it goes when this lease ends; [#NO_LEASE] when it is kept
public record KeyValue(
        Bytes key, Bytes value, Revision created, Revision modified, long version, LeaseId lease) {
    /// Stands for the absence of a lease.
    public static final LeaseId NO_LEASE = new LeaseId(0);

    /// Bytes that the objects around a key and its value take, theirs in a reply as well, about.
    private static final int OVERHEAD = 512;

    /// {@return what stands for a key that was deleted at a revision}
    public static KeyValue deleted(Bytes key, Revision at) {
        return new KeyValue(key, Bytes.EMPTY, Revision.ZERO, at, 0, NO_LEASE);
    }

    /// {@return the same with another value}
    public KeyValue withValue(Bytes other) {
        return new KeyValue(key, other, created, modified, version, lease);
    }

    /// {@return the bytes of memory that it takes while a reply is made of it, about}
    public long weight() {
        return (long) key.size() + value.size() + OVERHEAD;
    }
}
