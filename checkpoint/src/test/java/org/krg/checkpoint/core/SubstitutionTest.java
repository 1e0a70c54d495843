// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.core.Substitution.Problem;
import org.krg.checkpoint.model.ImageFile;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.ImageFile.Kind;
import org.krg.checkpoint.model.Opening;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;

final class SubstitutionTest {
    private static final int ROOT = 300;
    private static final int WRITES = 01;
    private static final int READS_AND_WRITES = 02;
    private static final int APPENDS = 02001;

    private static final ImageFile INPUT =
            file(1, "/data/in", 0, 40, new Holder(ROOT, 3), new Holder(301, 3));
    private static final ImageFile LOG = file(2, "/data/log", APPENDS, 90, new Holder(ROOT, 4));
    private static final ImageFile LOG_OF_CHILD =
            file(3, "/data/log", WRITES, 7, new Holder(301, 9));
    private static final ImageFile LIBRARY = file(4, "/lib/libc.so", 0, 0);
    private static final List<ImageFile> FILES = List.of(INPUT, LOG, LOG_OF_CHILD, LIBRARY);

    @Test
    void everyDescriptorOfAFileGetsTheOther() {
        var plan = plan(by("/data/log", "/new/log"));

        assertThat(plan.problem()).isEmpty();
        assertThat(plan.paths()).containsOnlyKeys(2, 3).containsValue("/new/log");
        assertThat(plan.left()).containsExactly("/data/log");
    }

    @Test
    void aDescriptorOfTheFirstProcessIsOneOpenFile() {
        var plan = plan(by(4, "/new/log"));

        assertThat(plan.paths()).containsOnlyKeys(2);
        // The child goes on with it: what it was is put back.
        assertThat(plan.left()).isEmpty();
    }

    @Test
    void whoeverSharesADescriptorSharesTheOtherFile() {
        var plan = plan(by(3, "/new/in"));

        assertThat(plan.replaced().getFirst().file().holders())
                .containsExactly(new Holder(ROOT, 3), new Holder(301, 3));
        assertThat(plan.left()).containsExactly("/data/in");
    }

    @Test
    void aFileThatTakesTheNameOfAnotherIsNotLeft() {
        var plan = plan(by("/data/in", "/data/log"), by("/data/log", "/data/in"));

        assertThat(plan.left()).isEmpty();
    }

    @Test
    void theOtherFileIsOpenedAsTheOneWas() {
        assertThat(INPUT.opening("/n")).isEqualTo(new Opening("/n", true, false, 40));
        assertThat(LOG_OF_CHILD.opening("/n")).isEqualTo(new Opening("/n", false, true, 7));
        assertThat(file(5, "/o", READS_AND_WRITES, 8).opening("/n"))
                .isEqualTo(new Opening("/n", true, true, 8));
        // What is appended goes to the end, wherever that is.
        assertThat(LOG.opening("/n")).isEqualTo(new Opening("/n", false, true, 0));
    }

    @Test
    void whatIsNotOpenIsMissing() {
        var missing = problem(by("/data/out", "/new/out"));

        assertThat(missing.missing()).isTrue();
        assertThat(missing.cause()).contains("/data/out");
        assertThat(missing.remedy())
                .isEqualTo("It had open: /data/in (fd 3), /data/log, /data/log (fd 4)");
        assertThat(problem(by(9, "/new/out")).cause()).contains("fd 9");
        assertThat(problem(by("/lib/libc.so", "/new/libc.so")).cause())
                .contains("in use, but not open");
    }

    @Test
    void whatIsAlsoMappedStaysAsItIs() {
        var mapped = file(6, "/data/in", 0, 0);

        var problem = problem(List.of(INPUT, mapped), by("/data/in", "/new/in"));

        assertThat(problem.missing()).isFalse();
        assertThat(problem.cause()).contains("/data/in").contains("also mapped");
        assertThat(Substitution.of(List.of(INPUT, mapped), ROOT, List.of(by(3, "/n"))).problem())
                .isEmpty();
    }

    @Test
    void onlyRegularFilesWithANameAreReplaced() {
        var holder = List.of(new Holder(ROOT, 3));
        var deleted = new ImageFile(1, "/data/in", 0, 0, Kind.DELETED, holder);
        var directory = new ImageFile(1, "/data", 0, 0, Kind.OTHER, holder);

        assertThat(problem(List.of(deleted), by(3, "/n")).cause())
                .isEqualTo("/data/in, fd 3 of pid 300, is deleted: it is in the checkpoint");
        assertThat(problem(List.of(directory), by(3, "/n")).cause()).contains("no regular file");
        assertThat(problem(List.of(deleted), by(4, "/n")).remedy())
                .isEqualTo("It had open: no file");
    }

    @Test
    void oneFileDoesNotBecomeTwo() {
        assertThat(problem(by("/data/in", "/a"), by(3, "/b")).cause()).contains("replaced twice");
    }

    private static Substitution plan(Substitute... wanted) {
        return Substitution.of(FILES, ROOT, List.of(wanted));
    }

    private static Problem problem(Substitute... wanted) {
        return problem(FILES, wanted);
    }

    private static Problem problem(List<ImageFile> files, Substitute... wanted) {
        var plan = Substitution.of(files, ROOT, List.of(wanted));
        assertThat(plan.replaced()).isEmpty();
        return plan.problem().orElseThrow();
    }

    private static Substitute by(String path, String other) {
        return new Substitute(new OpenFile(path), other);
    }

    private static Substitute by(int fd, String other) {
        return new Substitute(new Descriptor(fd), other);
    }

    private static ImageFile file(
            int id, String path, int flags, long position, Holder... holders) {
        return new ImageFile(id, path, flags, position, Kind.REGULAR, List.of(holders));
    }
}
