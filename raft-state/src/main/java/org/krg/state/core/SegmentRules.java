// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Segments;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// Decides about shared memory.
final class SegmentRules {
    /// Bytes of a segment, touched or not: agents count its pages, and what is before them, in 31
    /// bits.
    static final long MAX_BYTES = 4L << 40;

    /// Segments at once.
    static final int MAX_SEGMENTS = 10_000;

    /// Blocks of all segments that were ever touched, 512 GiB of them: their homes are in the
    /// memory of every node, 216 bytes each, and who destroys a segment has all of its blocks
    /// forgotten in one step.
    static final int MAX_TOUCHED_BLOCKS = 1 << 18;

    /// Of one user who is not root: others have room yet.
    static final int MAX_TOUCHED_BY_USER = MAX_TOUCHED_BLOCKS / 4;

    private static final int MODE_BITS = 0777;
    private static final int PAGE_BYTES = 4_096;
    private static final int MOST_PATH = 4_000;

    private SegmentRules() {}

    static Decision decide(ClusterImage image, SegmentCommand command) {
        return switch (command) {
            case CreateSegment create -> create(image, create);
            case DestroySegment(var id) -> destroy(image, id);
            case ResizeSegment resize -> resize(image, resize);
            case SetSegmentMode(var id, var mode) -> setMode(image, id, mode);
            case RemoveSegment(var id) -> remove(image, id);
            case HoldSegment hold -> hold(image, hold);
            case FinishReturn(var id) -> finishReturn(image, id);
            case GrantBlock grant -> grant(image, grant);
        };
    }

    /// {@return `segments` after an event}
    static Segments fold(Segments segments, SegmentEvent event) {
        return switch (event) {
            case SegmentEvent.Created(var segment, _) -> segments.with(segment);
            case SegmentEvent.Changed(var segment, _) -> segments.with(segment);
            case SegmentEvent.Returned(var segment, _, _) -> segments.with(segment);
            case SegmentEvent.Destroyed(var segment, _) -> segments.without(segment.id());
            case SegmentEvent.Granted(var block, var grant, _) -> segments.with(block, grant);
        };
    }

    private static Decision create(ClusterImage image, CreateSegment create) {
        var invalid = problem(create);
        if (invalid.isPresent()) {
            return Decision.refuse(Refusal.INVALID, invalid.get());
        }
        var segments = image.segments();
        if (segments.find(create.name()).isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "there is a segment %s; choose another name, or destroy it first"
                            .formatted(create.name()));
        }
        if (segments.known().size() >= MAX_SEGMENTS) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "a cluster has at most %s segments; destroy others first"
                            .formatted(MAX_SEGMENTS));
        }
        var other = create.backing().flatMap(file -> userOf(segments, file));
        if (other.isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "segment %s is that file already, %s"
                            .formatted(other.get().name(), create.backing().get()));
        }
        var zeros =
                Segment.unheld(
                                new SegmentId(image.nextNumber()),
                                create.name(),
                                create.sizeBytes(),
                                create.owner(),
                                create.mode(),
                                create.ownership(),
                                create.at())
                        .openedBy(create.key());
        var segment = create.backing().map(zeros::backedBy).orElse(zeros);
        var draft = new Draft(image);
        draft.add(new SegmentEvent.Created(segment, "created by " + create.owner().name()));
        return draft.accept(segment.id().value());
    }

    private static Optional<String> problem(CreateSegment create) {
        if (!create.name().matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}")) {
            return Optional.of(
                    "a segment's name is 1 to 63 letters, digits, dots, underscores and dashes, "
                            + "and begins with a letter or digit");
        }
        return modeProblem(create.mode())
                .or(() -> create.backing().flatMap(SegmentRules::problem))
                .or(() -> sizeProblem(create.sizeBytes()));
    }

    private static Optional<String> problem(Backing backing) {
        var length = backing.path().length();
        return backing.path().startsWith("/") && length <= MOST_PATH
                ? Optional.empty()
                : Optional.of(
                        "the file of a segment is an absolute path of at most %d characters, not %s"
                                .formatted(
                                        MOST_PATH,
                                        length > MOST_PATH ? "of " + length : backing.path()));
    }

    /// {@return the segment that is a file}
    static Optional<Segment> userOf(Segments segments, Backing file) {
        return segments.known().values().stream()
                .filter(segment -> segment.backing().equals(Optional.of(file)))
                .findFirst();
    }

    private static Optional<String> sizeProblem(long sizeBytes) {
        if (sizeBytes > MAX_BYTES) {
            return Optional.of(
                    "a segment has at most 4 TiB, %s bytes, not %s; make several"
                            .formatted(MAX_BYTES, sizeBytes));
        }
        return sizeBytes < 0 || sizeBytes % PAGE_BYTES != 0
                ? Optional.of(
                        "the size of a segment is a multiple of %s bytes, not %s"
                                .formatted(PAGE_BYTES, sizeBytes))
                : Optional.empty();
    }

    private static Decision resize(ClusterImage image, ResizeSegment resize) {
        var found = image.segments().known().find(resize.segment());
        if (found.isEmpty()) {
            return unknown(resize.segment());
        }
        var segment = found.get();
        var invalid = sizeProblem(resize.sizeBytes());
        if (invalid.isPresent()) {
            return Decision.refuse(Refusal.INVALID, invalid.get());
        }
        var more = resize.sizeBytes() - segment.sizeBytes();
        if (more < 0) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "segment %s has %s bytes and does not shrink; remove it and make another"
                            .formatted(segment.name(), segment.sizeBytes()));
        }
        return more == 0
                ? Decision.accept()
                : Decision.accept(
                        new SegmentEvent.Changed(
                                segment.withSize(resize.sizeBytes()),
                                "grown by %s bytes".formatted(more)));
    }

    private static Decision setMode(ClusterImage image, SegmentId id, int mode) {
        var found = image.segments().known().find(id);
        if (found.isEmpty()) {
            return unknown(id);
        }
        var invalid = modeProblem(mode);
        if (invalid.isPresent()) {
            return Decision.refuse(Refusal.INVALID, invalid.get());
        }
        var segment = found.get();
        return segment.mode() == mode
                ? Decision.accept()
                : Decision.accept(
                        new SegmentEvent.Changed(
                                segment.withMode(mode),
                                "access %04o instead of %04o".formatted(mode, segment.mode())));
    }

    private static Optional<String> modeProblem(int mode) {
        return mode < 0 || mode > MODE_BITS
                ? Optional.of("the mode of a segment is 0 to 777, not %o".formatted(mode))
                : Optional.empty();
    }

    private static Decision remove(ClusterImage image, SegmentId id) {
        return image.segments()
                .known()
                .find(id)
                .map(segment -> changed(image, segment.withoutName(), "its name is gone"))
                .orElseGet(() -> unknown(id));
    }

    private static Decision hold(ClusterImage image, HoldSegment hold) {
        var found = image.segments().known().find(hold.segment());
        if (found.isEmpty()) {
            return unknown(hold.segment());
        }
        if (hold.count() > 0 && isGone(image, hold.member())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "%s holds nothing: its node was lost or has registered again"
                            .formatted(hold.member()));
        }
        if (hold.count() > count(found.get(), hold.member())
                && CutSegments.isClosed(image, found.get())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "segment %s is being saved, or put back; try again in a moment"
                            .formatted(found.get().name()));
        }
        var changed = found.get().heldBy(hold.member(), hold.count());
        return changed.equals(found.get())
                ? Decision.accept()
                : changed(
                        image, changed, "%s has %s handles".formatted(hold.member(), hold.count()));
    }

    private static int count(Segment segment, Member member) {
        return segment.holders().stream()
                .filter(holder -> holder.member().equals(member))
                .mapToInt(Segment.Holder::count)
                .sum();
    }

    private static Decision finishReturn(ClusterImage image, SegmentId id) {
        return image.segments()
                .known()
                .find(id)
                .map(segment ->
                        segment.returning()
                                ? Decision.accept(
                                        new SegmentEvent.Changed(
                                                segment.complete(), "its pages are back"))
                                : Decision.accept())
                .orElseGet(() -> unknown(id));
    }

    /// A segment without a name that nobody holds is destroyed.
    private static Decision changed(ClusterImage image, Segment segment, String detail) {
        var isHeld = segment.holders().stream().anyMatch(holder -> !isGone(image, holder.member()));
        return Decision.accept(
                segment.removed() && !isHeld
                        ? new SegmentEvent.Destroyed(segment, "removed, and nobody holds it")
                        : new SegmentEvent.Changed(segment, detail));
    }

    private static Decision destroy(ClusterImage image, SegmentId id) {
        return image.segments()
                .known()
                .find(id)
                .map(segment ->
                        Decision.accept(new SegmentEvent.Destroyed(segment, "its pages are gone")))
                .orElseGet(() -> unknown(id));
    }

    private static Decision grant(ClusterImage image, GrantBlock command) {
        var block = command.block();
        var segment = image.segments().known().find(block.segment());
        if (segment.isEmpty()) {
            return unknown(block.segment());
        }
        if (block.number() < 0 || block.number() >= segment.get().blocks()) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "segment %s has %s blocks, and no block %s"
                            .formatted(
                                    segment.get().name(), segment.get().blocks(), block.number()));
        }
        if (isGone(image, command.proposer())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "%s is no home for a block: its node was lost or has registered again"
                            .formatted(command.proposer()));
        }
        var current = image.segments().grants().find(block);
        if (current.isPresent() && !isGone(image, current.get().home())) {
            return Decision.accept();
        }
        if (current.isEmpty() && image.segments().grants().size() >= MAX_TOUCHED_BLOCKS) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "programs have touched %s blocks of 2 MiB, as many as a cluster has; destroy segments that nobody needs"
                            .formatted(MAX_TOUCHED_BLOCKS));
        }
        if (current.isEmpty() && isAtLimit(image.segments(), segment.get().owner().uid())) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "programs have touched %s blocks of 2 MiB of %s's segments, as many as a user has; destroy those that nobody needs"
                            .formatted(MAX_TOUCHED_BY_USER, segment.get().owner().name()));
        }
        var backing = segment.get().backing();
        var atFile = backing.flatMap(file -> FileHome.find(image, file));
        var isOnlyInFile = current.isEmpty() && backing.isPresent() && atFile.isEmpty();
        if (isOnlyInFile || FileHome.isAwaited(image, segment.get())) {
            return Decision.accept();
        }
        var epoch = current.map(BlockGrant::epoch).orElse(Epoch.ZERO).next();
        var detail = current.map(grant -> "after " + grant.home()).orElse("first touched");
        var home = atFile.orElse(command.proposer());
        return Decision.accept(
                new SegmentEvent.Granted(block, new BlockGrant(home, epoch), detail));
    }

    /// Looks at all segments only where there are so many blocks at all.
    private static boolean isAtLimit(Segments segments, int uid) {
        return uid != 0
                && segments.grants().size() >= MAX_TOUCHED_BY_USER
                && segments.touchedBy(uid) >= MAX_TOUCHED_BY_USER;
    }

    private static boolean isGone(ClusterImage image, Member member) {
        return image.nodes().find(member.node()).map(member::isGone).orElse(true);
    }

    private static Decision unknown(SegmentId id) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no segment " + id + "; `krg-admin segment list` shows those there are");
    }
}
