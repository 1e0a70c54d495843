// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.OwnState;
import org.krg.checkpoint.model.SavedFile;

final class OwnStateCheckTest {
    private static final int ROOT_PID = 300;
    private static final OwnState TEN_BYTES =
            new OwnState(List.of(file("/state/a", 4), file("/state/b", 6)), List.of());

    @Test
    void filesOfAProgramThatCanBeAskedAreFine() {
        assertThat(OwnStateCheck.blockers(TEN_BYTES, ROOT_PID, true, 10)).isEmpty();
        assertThat(OwnStateCheck.blockers(TEN_BYTES, ROOT_PID, 10)).isEmpty();
        var nothing = new OwnState(List.of(), List.of());
        assertThat(OwnStateCheck.blockers(nothing, ROOT_PID, true, 0)).isEmpty();
    }

    @Test
    void aProgramThatCannotBeAskedIsToldHow() {
        var blockers = OwnStateCheck.blockers(TEN_BYTES, ROOT_PID, false, 10);

        assertThat(blockers).containsExactly(OwnStateCheck.unasked(ROOT_PID));
        assertThat(blockers.getFirst().remedy()).contains("krg_checkpoint_on");
    }

    @Test
    void moreBytesThanTheLimitAreTooMany() {
        assertThat(OwnStateCheck.blockers(TEN_BYTES, ROOT_PID, true, 9))
                .extracting(Blocker::what, Blocker::remedy)
                .containsExactly(
                        tuple(
                                "files in KRG_STATE_DIR have 10 bytes, the limit is 9",
                                "Raise --file-limit of the job to 10 or more"));
    }

    @Test
    void whatIsNoFileIsNamed() {
        var odd = new OwnState(List.of(), List.of("/state/latest", "/state/pipe"));

        assertThat(OwnStateCheck.blockers(odd, ROOT_PID, 10))
                .extracting(Blocker::what)
                .containsExactly(
                        "/state/latest is neither a file nor a directory, and cannot be kept",
                        "/state/pipe is neither a file nor a directory, and cannot be kept");
    }

    @Test
    void aThousandFilesAreKeptAndNotOneMore() {
        assertThat(OwnStateCheck.blockers(many(1000), ROOT_PID, 10)).isEmpty();
        assertThat(OwnStateCheck.blockers(many(1001), ROOT_PID, 10))
                .extracting(Blocker::what)
                .containsExactly("KRG_STATE_DIR has 1001 files, at most 1000 are kept");
    }

    private static OwnState many(int count) {
        var files = IntStream.range(0, count).mapToObj(i -> file("/state/" + i, 0)).toList();
        return new OwnState(files, List.of());
    }

    private static SavedFile file(String path, long sizeBytes) {
        var facts = new FileFacts(1, 7, 1, 0644, 0, 0, sizeBytes, Instant.EPOCH);
        return new SavedFile(path, path, false, facts);
    }
}
