// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.Backing;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SavedObject;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;

/// The shared memory of a parallel job in its cuts, and when it goes back to one.
///
/// A segment that goes back is another one from then on, with the name of the first: its pages,
/// their homes and its objects have nothing to do with those of the abandoned future, which nobody
/// can reach any more. It is opened when its pages are those of the checkpoint. One that is a file
/// is the same file afterwards, unless nobody can have that any more.
final class CutSegments {
    /// Objects to synchronise with in one cut: they are in a record of the log.
    static final int MAX_OBJECTS = 1_000;

    private CutSegments() {}

    /// {@return what keeps the shared memory of ranks that all stand still from being saved}
    static Optional<String> problem(ClusterImage image, Job job, GroupCut cut) {
        var ids = ids(cut);
        var strangers =
                ids.stream()
                        .flatMap(id -> image.segments().known().find(id).stream())
                        .flatMap(segment -> stranger(image, job, cut, segment).stream());
        var objects = ids.stream().flatMap(id -> entangled(image, id).stream());
        return Stream.concat(strangers, objects).findFirst().or(() -> tooMany(image, ids));
    }

    private static List<SegmentId> ids(GroupCut cut) {
        return cut.parts().stream()
                .flatMap(part -> part.held().stream())
                .map(GroupCut.Held::segment)
                .distinct()
                .sorted()
                .toList();
    }

    private static Optional<String> stranger(
            ClusterImage image, Job job, GroupCut cut, Segment segment) {
        var own = new TreeMap<NodeId, Integer>();
        for (var rank : image.processesOf(job.id())) {
            cut.parts().get(rank.rank()).held().stream()
                    .filter(held -> held.segment().equals(segment.id()))
                    .forEach(held ->
                            own.merge(rank.lastNode().orElseThrow(), held.handles(), Integer::sum));
        }
        return segment.holders().stream()
                .filter(holder -> !isGone(image, holder.member()))
                .filter(holder -> holder.count() > own.getOrDefault(holder.member().node(), 0))
                .findFirst()
                .map(holder ->
                        "a process outside of the job has segment %s open on node %s, and what it stores would not go back with the job; end it, or have it close the segment"
                                .formatted(segment.name(), holder.member().node()));
    }

    private static boolean isGone(ClusterImage image, Member member) {
        return image.nodes().find(member.node()).map(member::isGone).orElse(true);
    }

    private static Optional<String> entangled(ClusterImage image, SegmentId segment) {
        return objects(image, segment)
                .filter(object -> isInUse(object.object()))
                .findFirst()
                .map(object ->
                        "object %d of segment %s is held or waited for"
                                .formatted(object.number(), segment));
    }

    private static Optional<String> tooMany(ClusterImage image, List<SegmentId> ids) {
        var count = ids.stream().flatMap(id -> objects(image, id)).limit(MAX_OBJECTS + 1).count();
        return count > MAX_OBJECTS
                ? Optional.of(
                        "its segments have more than %d objects to synchronise with in use"
                                .formatted(MAX_OBJECTS))
                : Optional.empty();
    }

    private static boolean isInUse(SyncObject object) {
        var isHeld =
                switch (object) {
                    case SyncObject.Mutex mutex -> mutex.holder().isPresent();
                    case SyncObject.RwLock lock ->
                            lock.writer().isPresent() || !lock.readers().isEmpty();
                    case SyncObject.Semaphore semaphore -> !semaphore.undo().isEmpty();
                    case SyncObject.Once once -> once.runner().isPresent();
                    case SyncObject.Word _, SyncObject.Barrier _, SyncObject.Condition _ -> false;
                };
        return isHeld || !object.waiting().isEmpty();
    }

    private static Stream<SavedObject> objects(ClusterImage image, SegmentId segment) {
        return image.sync()
                .objects()
                .from(new SyncId(segment, 0))
                .takeWhile(entry -> entry.key().segment().equals(segment))
                .map(CutSegments::saved);
    }

    private static SavedObject saved(Table.Entry<SyncId, SyncObject> entry) {
        return new SavedObject(entry.key().number(), entry.value());
    }

    /// {@return the cut of ranks that all stand still, with their shared memory} A segment that was
    /// destroyed under them is not in it.
    static GroupCut with(ClusterImage image, GroupCut cut) {
        return cut.withSegments(
                ids(cut).stream()
                        .flatMap(id -> image.segments().known().find(id).stream())
                        .map(segment ->
                                new SavedSegment(
                                        segment.withoutHolders(),
                                        objects(image, segment.id()).toList()))
                        .toList());
    }

    /// {@return whether nobody may begin to use a segment for the moment}
    static boolean isClosed(ClusterImage image, Segment segment) {
        return segment.returning()
                || image.jobs().values().stream()
                        .flatMap(job -> job.activeCut().stream())
                        .anyMatch(cut -> cut.isKeeping(segment.id()));
    }

    /// Has the shared memory of a job go back with it.
    static void goBack(Draft draft, JobId job, long generation) {
        for (var rank : draft.image().processesOf(job)) {
            saved(draft.image(), rank, generation).forEach(saved -> goBack(draft, saved, rank));
        }
    }

    private static List<SavedSegment> saved(
            ClusterImage image, HostedProcess rank, long generation) {
        return image.generations()
                .find(new GenerationId(rank.id(), generation))
                .map(found -> found.segments())
                .orElse(List.of());
    }

    private static void goBack(Draft draft, SavedSegment saved, HostedProcess rank) {
        // Who may open it is not what it holds.
        var was =
                draft.image()
                        .segments()
                        .current(saved.segment().id())
                        .map(current -> saved.segment().withMode(current.mode()))
                        .orElse(saved.segment());
        var why = Text.of(draft.image(), rank) + " and the other ranks go back";
        var before = new ArrayList<>(was.formerly());
        before.add(was.id());
        draft.image()
                .segments()
                .current(was.id())
                .ifPresent(current -> {
                    current.formerly().stream()
                            .filter(id -> !before.contains(id))
                            .forEach(before::add);
                    if (!before.contains(current.id())) {
                        before.add(current.id());
                    }
                    draft.add(new SegmentEvent.Destroyed(current, why));
                });
        var id = new SegmentId(draft.image().nextNumber());
        var isTaken = draft.image().segments().find(was.name()).isPresent();
        var back = was.returned(id, before, isTaken);
        var hasFile = back.backing().filter(file -> isFree(draft.image(), file)).isPresent();
        draft.add(
                new SegmentEvent.Returned(
                        hasFile ? back : back.withoutFile(), saved.objects(), why));
    }

    /// {@return whether a file may be a segment: its node may come back, and no other segment is
    /// it}
    private static boolean isFree(ClusterImage image, Backing file) {
        return image.nodes().find(file.node()).isPresent()
                && SegmentRules.userOf(image.segments(), file).isEmpty();
    }

    /// A node does not come back: what was going to be put back into its files is memory only.
    static void loseFiles(Draft draft, NodeId node) {
        draft.image().segments().known().values().stream()
                .filter(Segment::returning)
                .filter(segment ->
                        segment.backing().filter(file -> file.node().equals(node)).isPresent())
                .forEach(segment ->
                        draft.add(
                                new SegmentEvent.Changed(
                                        segment.withoutFile(),
                                        "the node of its file was removed")));
    }
}
