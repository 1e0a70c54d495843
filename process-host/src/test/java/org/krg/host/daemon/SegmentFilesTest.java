// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.FileQuestion.Write;
import org.krg.state.model.Identity;
import org.krg.state.model.SegmentId;

/// What the files of segments are asked for, while disks are slow.
class SegmentFilesTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Identity ROOT = new Identity(0, 0, List.of(), "root");

    @TempDir private Path directory;

    private final CountDownLatch disk = new CountDownLatch(1);
    private final List<FileQuestion> asked = new ArrayList<>();
    private final Queue<FileAnswer> answers = new ArrayDeque<>();
    private final SegmentFiles files =
            new SegmentFiles(
                    HERE,
                    (_, question) -> {
                        asked.add(question);
                        return CompletableFuture.completedFuture(answers.remove());
                    },
                    (_, _, _) -> write());

    private int write() {
        try {
            disk.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    @AfterEach
    void close() {
        disk.countDown();
        files.close();
    }

    @Test
    void aFileIsPreparedWhileManyAreWritten() {
        var writes = new ArrayList<CompletableFuture<FileAnswer>>();
        for (var ticket = 0; ticket < 8; ticket++) {
            writes.add(files.answer(new Write(new SegmentId(1), 0, 1, ticket)));
        }

        var missing = directory.resolve("none").toString();
        assertThat(files.prepare(HERE, missing, ROOT, 4_096, false))
                .succeedsWithin(LIMIT)
                .isInstanceOf(FileAnswer.Failed.class);

        assertThat(writes).noneMatch(write -> write.getNow(null) instanceof FileAnswer.Done);
    }

    @Test
    void aNodeThatIsNotDoneYetIsAskedAgainForTheSame() {
        answers.addAll(List.of(new FileAnswer.Pending(), new FileAnswer.Done(4_096)));

        assertThat(files.prepare(AWAY, "/srv/table", ROOT, 4_096, false))
                .succeedsWithin(LIMIT)
                .isEqualTo(new FileAnswer.Done(4_096));

        assertThat(asked).hasSize(2);
        assertThat(Optional.of(asked.get(1))).contains(asked.get(0));
    }
}
