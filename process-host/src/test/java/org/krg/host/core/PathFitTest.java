// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.host.core.PathFit.FileType;
import org.krg.host.core.PathFit.SeenPath;
import org.krg.host.model.Footprint.NeededPath;
import org.krg.host.model.Footprint.NeededPath.Kind;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Identity;

final class PathFitTest {
    private static final Identity ANN = new Identity(1000, 1000, List.of(), "ann");

    @Test
    void whatIsAlikeIsNotInTheWay() {
        for (var kind :
                List.of(
                        Kind.WORKING_DIRECTORY,
                        Kind.DIRECTORY,
                        Kind.SOCKET_DIRECTORY,
                        Kind.OWN_DIRECTORY)) {
            assertThat(found(kind, FileType.DIRECTORY, true)).isEmpty();
        }
        assertThat(found(Kind.FIFO, FileType.FIFO, true)).isEmpty();
        assertThat(found(Kind.WRITTEN, FileType.REGULAR, true)).isEmpty();
    }

    @Test
    void aFileThatGoesAlongIsMadeWhereThereIsNone() {
        assertThat(found(Kind.WRITTEN, FileType.NOTHING, true)).isEmpty();
        assertThat(found(Kind.WRITTEN, FileType.NOTHING, false).orElseThrow().what())
                .contains("does not let uid 1000 write /srv/x");
        assertThat(found(Kind.WRITTEN, FileType.DIRECTORY, true).orElseThrow().what())
                .startsWith("has a directory, and no regular file, at /srv/x");
    }

    @Test
    void whatIsMissingOrSomethingElseIsNamedWithItsUseAndRemedy() {
        var directory = found(Kind.WORKING_DIRECTORY, FileType.NOTHING, false).orElseThrow();
        assertThat(directory.what())
                .isEqualTo("has no directory /srv/x, the working directory of pid 300");
        assertThat(directory.remedy()).isEqualTo("Make it there, or choose another node");
        assertThat(directory.isOfNode()).isTrue();

        var fifo = found(Kind.FIFO, FileType.REGULAR, true).orElseThrow();
        assertThat(fifo.what()).contains("has a regular file, and no FIFO, at /srv/x");
        assertThat(fifo.remedy()).contains("mkfifo");
    }

    @Test
    void rightsThatTheUserHasHereAndNotThereAreNamed() {
        assertThat(found(Kind.WORKING_DIRECTORY, FileType.DIRECTORY, false))
                .map(Obstacle::what)
                .hasValueSatisfying(
                        what -> assertThat(what).startsWith("does not let uid 1000 enter /srv/x"));
        assertThat(found(Kind.SOCKET_DIRECTORY, FileType.DIRECTORY, false))
                .map(Obstacle::what)
                .hasValueSatisfying(
                        what -> assertThat(what).contains("make files in", "a unix socket"));
    }

    @Test
    void aDiskWithLessThanTheImagesTakeIsInTheWay() {
        assertThat(PathFit.room("n2", 5 << 20, 5 << 20)).isEmpty();
        assertThat(PathFit.room("n2", (5 << 20) + 1, 5 << 20))
                .map(Obstacle::what)
                .contains("has 5 MiB left for checkpoints, and this program takes at least 6 MiB");
    }

    private static Optional<Obstacle> found(Kind kind, FileType type, boolean permitted) {
        var needed = new NeededPath("pid 300", "/srv/x", kind, true, true);
        return PathFit.path("n2", needed, ANN, new SeenPath(type, permitted));
    }
}
