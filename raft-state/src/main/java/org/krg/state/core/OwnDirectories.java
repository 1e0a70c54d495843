// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;

/// Whose a directory is. It is put back as it was when its job goes back, so that another job that
/// used it would lose what it has there.
final class OwnDirectories {
    private OwnDirectories() {}

    /// {@return why a job of this kind cannot live, if another one that does owns its directory, a
    /// part of it, or one that it is in}
    ///
    /// @param self which job it is, if it is one already
    static Optional<Decision> problem(ClusterImage image, JobSpec spec, Optional<JobId> self) {
        return spec.checkpoint()
                .ownDirectory()
                .flatMap(path -> findOther(image, path, self).map(other -> taken(path, other)));
    }

    private static Optional<Job> findOther(ClusterImage image, String path, Optional<JobId> self) {
        return image.jobs().values().stream()
                .filter(job -> !self.equals(Optional.of(job.id())))
                .filter(job ->
                        job.spec()
                                .checkpoint()
                                .ownDirectory()
                                .filter(other -> isIn(path, other) || isIn(other, path))
                                .isPresent())
                .filter(job -> image.lives(job.id()))
                .findFirst();
    }

    private static boolean isIn(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    private static Decision taken(String path, Job other) {
        return Decision.refuse(
                Refusal.CONFLICT,
                "%s lives, and %s is its own directory; stop it, or give this job another one than %s"
                        .formatted(
                                Text.of(other),
                                other.spec().checkpoint().ownDirectory().orElseThrow(),
                                path));
    }
}
