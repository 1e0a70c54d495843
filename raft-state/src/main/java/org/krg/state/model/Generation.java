// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// One committed checkpoint of a process: it exists when this record does.
///
/// @param epoch the incarnation it was taken from
/// @param manifest digest of the manifest; what does not match it is not this generation
/// @param copies nodes that hold all of it, verified
/// @param imageBytes bytes of the images and files it stands for
/// @param storedBytes bytes that were new in the chunk store of the first copy
/// @param frozen how long the process stood still for it
/// @param restoreFailures how often a restore from it failed and was taken for its own fault; see
///   [#MAX_RESTORE_FAILURES]
/// @param pinned taken on demand: not dropped by retention
/// @param slowed how much later than without it the program got as far as it was at the end of
///   storing and copying, the time frozen not counted; zero where it was not measured
/// @param segments shared memory whose pages are in its images, if it is part of a cut
/// @param substitutes files that its program gets in the place of some it had, whenever it is
///   restored; none unless a user has said so
/// @param unfit nodes that could not bring its process back for a reason of their own, by name
public record Generation(
        GenerationId id,
        Epoch epoch,
        Sha256 manifest,
        List<NodeId> copies,
        long imageBytes,
        long storedBytes,
        Duration frozen,
        Instant taken,
        int restoreFailures,
        boolean pinned,
        Duration slowed,
        List<SavedSegment> segments,
        List<Substitute> substitutes,
        List<UnfitNode> unfit) {
    /// After so many failures an older generation is tried.
    public static final int MAX_RESTORE_FAILURES = 2;

    public Generation {
        copies = List.copyOf(copies);
        segments = List.copyOf(segments);
        substitutes = List.copyOf(substitutes);
        unfit = List.copyOf(unfit);
    }

    /// A generation without shared memory that did not slow its program down.
    public Generation(
            GenerationId id,
            Epoch epoch,
            Sha256 manifest,
            List<NodeId> copies,
            long imageBytes,
            long storedBytes,
            Duration frozen,
            Instant taken,
            int restoreFailures,
            boolean pinned) {
        this(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                Duration.ZERO,
                List.of(),
                List.of(),
                List.of());
    }

    /// {@return this generation, which cost the program so much besides standing still}
    public Generation withSlowed(Duration lost) {
        return new Generation(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                lost,
                segments,
                substitutes,
                unfit);
    }

    /// {@return this generation with the pages of segments in its images}
    public Generation withSegments(List<SavedSegment> saved) {
        return new Generation(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                slowed,
                saved,
                substitutes,
                unfit);
    }

    /// {@return whether a restore may still be tried}
    public boolean isGood() {
        return restoreFailures < MAX_RESTORE_FAILURES && !copies.isEmpty();
    }

    /// {@return this generation held by other nodes}
    public Generation withCopies(List<NodeId> holders) {
        return new Generation(
                id,
                epoch,
                manifest,
                holders,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                slowed,
                segments,
                substitutes,
                unfit);
    }

    /// {@return this generation after one more failed restore}
    public Generation restoreFailed() {
        return new Generation(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures + 1,
                pinned,
                slowed,
                segments,
                substitutes,
                unfit);
    }

    /// {@return this generation, which is restored with these files from now on}
    public Generation withSubstitutes(List<Substitute> chosen) {
        return new Generation(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                slowed,
                segments,
                chosen,
                unfit);
    }

    /// {@return this generation, which other nodes could not restore}
    public Generation withUnfit(List<UnfitNode> nodes) {
        return new Generation(
                id,
                epoch,
                manifest,
                copies,
                imageBytes,
                storedBytes,
                frozen,
                taken,
                restoreFailures,
                pinned,
                slowed,
                segments,
                substitutes,
                nodes);
    }
}
