// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Memory that processes of all nodes share, page by page.
///
/// @param sizeBytes a multiple of the page size; 0 until whoever made it has said how large it is
/// @param owner whose processes may map it; root's may too
/// @param mode bits like those of a file; who is neither the owner nor root needs both, to read and
///   to write
/// @param ownership what has to know of a page's next owner first
/// @param removed whether it has no name any more and goes when nobody holds it
/// @param holders the members whose processes hold it, in order, each once
/// @param formerly its numbers before it went back to a checkpoint, in order: programs that come
///   back know it by one of them
/// @param returning whether its pages are being put back: nobody may open it yet
/// @param backing the file that it is, if it is one
/// @param key by which who had it open may open it again, whatever the mode is by then
public record Segment(
        SegmentId id,
        String name,
        long sizeBytes,
        Identity owner,
        int mode,
        OwnershipMode ownership,
        Instant created,
        boolean removed,
        List<Holder> holders,
        List<SegmentId> formerly,
        boolean returning,
        Optional<Backing> backing,
        SegmentKey key) {
    private static final int GROUP_BITS = 0060;
    private static final int OTHER_BITS = 0006;

    /// The processes of a member that hold a segment.
    ///
    /// @param count handles; more than 0
    public record Holder(Member member, int count) {}

    public Segment {
        holders = List.copyOf(holders);
        formerly = List.copyOf(formerly);
    }

    /// A segment without a file that never went back.
    public Segment(
            SegmentId id,
            String name,
            long sizeBytes,
            Identity owner,
            int mode,
            OwnershipMode ownership,
            Instant created,
            boolean removed,
            List<Holder> holders) {
        this(
                id,
                name,
                sizeBytes,
                owner,
                mode,
                ownership,
                created,
                removed,
                holders,
                List.of(),
                false,
                Optional.empty(),
                SegmentKey.NONE);
    }

    /// {@return a segment that nobody holds yet}
    public static Segment unheld(
            SegmentId id,
            String name,
            long sizeBytes,
            Identity owner,
            int mode,
            OwnershipMode ownership,
            Instant created) {
        return new Segment(id, name, sizeBytes, owner, mode, ownership, created, false, List.of());
    }

    /// {@return how many blocks it has; the last one may be shorter}
    public int blocks() {
        return Math.toIntExact((sizeBytes + BlockId.BYTES - 1) / BlockId.BYTES);
    }

    /// {@return whether processes of a user may open it for the first time}
    public boolean admits(int uid, int gid) {
        return isManagedBy(uid)
                || (gid == owner.gid() && (mode & GROUP_BITS) == GROUP_BITS)
                || (mode & OTHER_BITS) == OTHER_BITS;
    }

    /// {@return whether a user may resize and remove it}
    public boolean isManagedBy(int uid) {
        return uid == 0 || uid == owner.uid();
    }

    /// {@return how many handles there are on all nodes}
    public int held() {
        return holders.stream().mapToInt(Holder::count).sum();
    }

    /// {@return the same with another key}
    public Segment openedBy(SegmentKey other) {
        return new Segment(
                id, name, sizeBytes, owner, mode, ownership, created, removed, holders, formerly,
                returning, backing, other);
    }

    /// {@return the same, with a file}
    public Segment backedBy(Backing file) {
        return new Segment(
                id,
                name,
                sizeBytes,
                owner,
                mode,
                ownership,
                created,
                removed,
                holders,
                formerly,
                returning,
                Optional.of(file),
                key);
    }

    /// {@return the same, in memory only}
    public Segment withoutFile() {
        return new Segment(
                id,
                name,
                sizeBytes,
                owner,
                mode,
                ownership,
                created,
                removed,
                holders,
                formerly,
                returning,
                Optional.empty(),
                key);
    }

    /// {@return the same with another size}
    public Segment withSize(long bytes) {
        return new Segment(
                id, name, bytes, owner, mode, ownership, created, removed, holders, formerly,
                returning, backing, key);
    }

    /// {@return the same with other rights of who is not its owner}
    public Segment withMode(int bits) {
        return new Segment(
                id, name, sizeBytes, owner, bits, ownership, created, removed, holders, formerly,
                returning, backing, key);
    }

    /// {@return the same without a name}
    public Segment withoutName() {
        return new Segment(
                id, name, sizeBytes, owner, mode, ownership, created, true, holders, formerly,
                returning, backing, key);
    }

    /// {@return the same with so many handles of a member}
    public Segment heldBy(Member member, int count) {
        var changed = new ArrayList<>(holders);
        changed.removeIf(holder -> holder.member().equals(member));
        if (count > 0) {
            changed.add(new Holder(member, count));
        }
        changed.sort(Comparator.comparing(Holder::member));
        return new Segment(
                id, name, sizeBytes, owner, mode, ownership, created, removed, changed, formerly,
                returning, backing, key);
    }

    /// {@return the same, held by nobody}
    public Segment withoutHolders() {
        return new Segment(
                id, name, sizeBytes, owner, mode, ownership, created, removed, List.of(), formerly,
                returning, backing, key);
    }

    /// {@return this segment, as it was saved, with another number, held by nobody, its pages yet
    /// to come}
    ///
    /// @param before all numbers it had, in order
    /// @param nameless whether another segment has its name
    public Segment returned(SegmentId next, List<SegmentId> before, boolean nameless) {
        return new Segment(
                next,
                name,
                sizeBytes,
                owner,
                mode,
                ownership,
                created,
                removed || nameless,
                List.of(),
                before,
                true,
                backing,
                key);
    }

    /// {@return the same with all its pages}
    public Segment complete() {
        return new Segment(
                id, name, sizeBytes, owner, mode, ownership, created, removed, holders, formerly,
                false, backing, key);
    }
}
