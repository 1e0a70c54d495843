// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Engine;

/// A program that saves itself, here a shell that is always in a state to be saved: what it has
/// written is what comes back, and it begins anew.
final class CooperativeTest {
    private static final String STATE = "/run/krg/cell/state";
    private static final long LIMIT_BYTES = 1000;

    private static final String PROGRAM =
            """
            cd /run/krg/cell/state
            read n <deep/number || n=0
            echo "from $n, $(stat -c %a deep/number)"
            mkdir -p deep; umask 027; echo $((n + 1)) >deep/number; : >empty; echo saved
            while :; do sleep 1; done
            """;

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void comesBackByItsFilesStandingStillBeforeItHasDoneAnything() throws IOException {
        var spec = spec(PROGRAM);
        var cell = start(PROGRAM);
        var taken = take(cell, 1, LIMIT_BYTES);
        assertThat(cell.isFrozen()).isFalse();
        cell.kill();

        var arrived = pair.away().restore(pair.machine(), taken.generation(), 2, spec, true);

        assertThat(arrived.isFrozen()).isTrue();
        assertThat(arrived.processes()).hasSize(1);
        await().during(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(5))
                .until(() -> arrived.lines().equals(List.of("from 0, ", "saved")));
        arrived.thaw();
        arrived.awaitLines(4);
        assertThat(arrived.lines()).containsExactly("from 0, ", "saved", "from 1, 640", "saved");
    }

    @Test
    void hasFilesAndOutputAndNoImages() {
        var taken = take(start(PROGRAM), 1, LIMIT_BYTES);

        var manifest = pair.home().checkpoints().inspect(taken.generation()).manifest();

        assertThat(manifest.entries()).extracting(Entry::kind).doesNotContain(Kind.IMAGE);
        assertThat(manifest.entries())
                .filteredOn(it -> it.kind() == Kind.FILE)
                .extracting(Entry::name)
                .containsExactly(STATE + "/deep/number", STATE + "/empty");
        assertThat(manifest.origin().engine()).isEqualTo(Engine.COOPERATIVE);
        assertThat(manifest.needs()).isEmpty();
        assertThat(pair.away().checkpoints().verify(taken.generation()).chunks()).isPositive();
    }

    // As of an incarnation that has gone on elsewhere meanwhile, and was given the same number.
    @Test
    void oneThatTooFewNodesKeepDoesNotTakeAnotherOneOfItsNumberAlong() {
        var cell = start(PROGRAM);
        var committed = take(cell, 1, LIMIT_BYTES).generation();
        var alone = new TakeOptions(1, Engine.COOPERATIVE, 2, List.of(), LIMIT_BYTES, false);

        var failure =
                catchThrowableOfType(
                        CheckpointFailed.class, () -> pair.home().checkpoints().take(cell, alone));

        assertThat(failure.failure().code()).isEqualTo(Code.TOO_FEW_COPIES);
        assertThat(pair.home().checkpoints().stored())
                .containsExactly(StoredManifest.of(committed));
        assertThat(pair.home().checkpoints().verify(committed).repaired()).isZero();
    }

    // As of a rank whose others were not saved with it.
    @Test
    void whatIsOfNoUseWhenTheProgramGoesOnIsNotStored() {
        var cell = start(PROGRAM);
        cell.makeUseless();

        assertThatThrownBy(() -> take(cell, 1, LIMIT_BYTES)).hasMessage("of no use");

        assertThat(cell.isFrozen()).isFalse();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
        assertThat(pair.away().checkpoints().stored()).isEmpty();
    }

    @Test
    void isNotSavedWithoutHavingBeenAsked() {
        var cell = pair.start(spec(PROGRAM));
        cell.awaitOutput("saved");

        var options = options(1, LIMIT_BYTES);
        assertThat(pair.home().checkpoints().preflight(cell, options))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("cannot be asked"));
        assertThat(
                        catchThrowableOfType(
                                        CheckpointFailed.class,
                                        () -> pair.home().checkpoints().take(cell, options))
                                .failure()
                                .code())
                .isEqualTo(Code.BLOCKED);
        assertThat(cell.isFrozen()).isFalse();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
    }

    @Test
    void isNotSavedWithWhatIsNoFile() {
        var cell = start("mkfifo /run/krg/cell/state/pipe; echo saved; sleep 1000");

        assertThat(refusal(cell, LIMIT_BYTES)).contains(STATE + "/pipe cannot go along");
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void isNotSavedWithMoreBytesThanAllowed() {
        var cell = start("echo 12345 >/run/krg/cell/state/five; echo saved; sleep 1000");

        assertThat(refusal(cell, 5)).contains("6 bytes, the limit is 5");
        assertThat(take(cell, 1, 6).generation().id().number()).isEqualTo(1);
    }

    @Test
    void aConnectionThatWasNotAcceptedIsNoObstacle() {
        var cell =
                start(
                        """
                        echo 1 >/run/krg/cell/state/number
                        exec python3 -u -c "
                        import socket, time
                        server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
                        client = socket.create_connection(server.getsockname())
                        print('saved'); time.sleep(86400)
                        "
                        """);

        assertThat(take(cell, 1, LIMIT_BYTES).generation().id().number()).isEqualTo(1);
        assertThat(cell.timesFrozen()).isEqualTo(1);
    }

    private String refusal(TestCell cell, long mostBytes) {
        return catchThrowableOfType(CheckpointFailed.class, () -> take(cell, 1, mostBytes))
                .failure()
                .cause();
    }

    private TestCell.Spec spec(String program) {
        return pair.spec("sh", "-c", program).withOwnDirectory(STATE);
    }

    private TestCell start(String program) {
        var cell = pair.start(spec(program));
        cell.awaitOutput("saved");
        cell.agree();
        return cell;
    }

    private Taken take(TestCell cell, long number, long mostBytes) {
        return pair.home().checkpoints().take(cell, options(number, mostBytes));
    }

    private TakeOptions options(long number, long mostBytes) {
        return new TakeOptions(
                number, Engine.COOPERATIVE, 2, List.of(pair.away().name()), mostBytes, false);
    }
}
