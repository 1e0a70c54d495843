// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.tools.demo.DemoReport.Claim;
import org.krg.tools.demo.Measurements.Ending;
import org.krg.tools.demo.Measurements.Meanwhile;
import org.krg.tools.demo.Measurements.Recovery;
import org.krg.tools.demo.Measurements.Succession;

/// Which measurements mean that everything held, and which that something did not.
class DemoReportTest {
    private static final HeatProgram PROGRAM = new HeatProgram(Path.of("/heat"), 1024, 400, 7);
    private static final String OUTPUT =
            "step 400/400  mean 50.1  checksum 00000000000000a1\nchecksum 00000000000000a1\n";
    private static final Recovery RECOVERY =
            new Recovery(Duration.ofMillis(11_250), "checkpoint 3", 40);
    private static final Succession SUCCESSION =
            succession(1, new Meanwhile(false, Duration.ofSeconds(8), true));
    private static final Ending END = new Ending(OptionalInt.of(0), 1, OUTPUT, OUTPUT);

    @Test
    void whenEverythingHeldTheReportSaysSo() {
        var report = report(true, 5, RECOVERY, SUCCESSION, END, List.of());

        assertThat(report.held()).isTrue();
        assertThat(report.claims())
                .allSatisfy(claim -> assertThat(claim.line()).startsWith("held"));
    }

    @Test
    void theDataHaveWhatIsPromised() {
        var tree = report(true, 5, RECOVERY, SUCCESSION, END, List.of()).tree();

        assertThat(tree.path("apiVersion").asText()).isEqualTo("krg/v1");
        assertThat(tree.path("nodes").asInt()).isEqualTo(3);
        assertThat(tree.path("generations").asInt()).isEqualTo(5);
        assertThat(tree.path("recovered_after_seconds").asDouble()).isEqualTo(11.25);
        assertThat(tree.path("rolled_back_iterations").asLong()).isEqualTo(40);
        assertThat(tree.path("checksum").asText()).isEqualTo("00000000000000a1");
        assertThat(tree.path("checksum_undisturbed").asText()).isEqualTo("00000000000000a1");
        assertThat(tree.path("leader_changes").asInt()).isEqualTo(1);
        assertThat(tree.path("leftovers").isArray()).isTrue();
        assertThat(tree.path("leftovers")).isEmpty();
    }

    @Test
    void tooFewGenerationsBreakAClaim() {
        assertBroken(report(true, 1, RECOVERY, SUCCESSION, END, List.of()), "generations");
    }

    @Test
    void aStartFromTheBeginningBreaksAClaim() {
        var fromStart = new Recovery(Duration.ofSeconds(11), "start", 400);

        assertBroken(report(true, 2, fromStart, SUCCESSION, END, List.of()), "checkpoint");
    }

    @Test
    void withoutCheckpointsAStartFromTheBeginningIsWhatIsClaimed() {
        var fromStart = new Recovery(Duration.ofSeconds(11), "start", 400);

        assertThat(report(false, 0, fromStart, SUCCESSION, END, List.of()).held()).isTrue();
    }

    @Test
    void aSecondComebackBreaksAClaim() {
        var end = new Ending(OptionalInt.of(0), 2, OUTPUT, OUTPUT);

        assertBroken(report(true, 2, RECOVERY, SUCCESSION, end, List.of()), "no more often");
    }

    @Test
    void aLeaderThatStaysBreaksAClaim() {
        var none = succession(0, new Meanwhile(false, Duration.ofSeconds(8), true));

        assertBroken(report(true, 2, RECOVERY, none, END, List.of()), "another leader");
    }

    @ParameterizedTest
    @CsvSource({"false, 20", "true, 8"})
    void aProgramThatHadNoReasonToMoveBreaksAClaim(boolean hostedThere, int awaySeconds) {
        var away = Duration.ofSeconds(awaySeconds);
        var moved = succession(1, new Meanwhile(hostedThere, away, false));

        assertBroken(report(true, 2, RECOVERY, moved, END, List.of()), "did not restart it");
    }

    @Test
    void aProgramWhoseNodeWasAwayForTooLongHasToMove() {
        var moved = succession(1, new Meanwhile(true, Duration.ofSeconds(20), false));
        var twice = new Ending(OptionalInt.of(0), 2, OUTPUT, OUTPUT);

        assertThat(report(true, 2, RECOVERY, moved, twice, List.of()).held()).isTrue();
        assertBroken(report(true, 2, RECOVERY, moved, END, List.of()), "no more often");
    }

    @ParameterizedTest
    @CsvSource({"1", "137"})
    void anotherExitCodeBreaksAClaim(int code) {
        var end = new Ending(OptionalInt.of(code), 1, OUTPUT, OUTPUT);

        assertBroken(report(true, 2, RECOVERY, SUCCESSION, end, List.of()), "exit code 0");
    }

    @Test
    void anotherChecksumBreaksTwoClaims() {
        var end = new Ending(OptionalInt.of(0), 1, OUTPUT.replace("a1", "b2"), OUTPUT);

        var broken = broken(report(true, 2, RECOVERY, SUCCESSION, end, List.of()));

        assertThat(broken).map(Claim::claim).hasSize(2).anyMatch(it -> it.contains("checksum"));
        assertThat(broken.getFirst().found())
                .isEqualTo("00000000000000b2 instead of 00000000000000a1");
    }

    @Test
    void aLineThatCameTwiceBreaksAClaim() {
        var first = OUTPUT.lines().findFirst().orElseThrow() + "\n";
        var end = new Ending(OptionalInt.of(0), 1, first + OUTPUT, OUTPUT);

        assertBroken(report(true, 2, RECOVERY, SUCCESSION, end, List.of()), "whole output");
    }

    @Test
    void somethingLeftBreaksAClaimAndIsNamed() {
        var left = List.of("mount /run/krg/cell");

        var report = report(true, 2, RECOVERY, SUCCESSION, END, left);

        assertBroken(report, "nothing is left");
        assertThat(broken(report).getFirst().found()).contains("mount /run/krg/cell");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "7, 7", "99, 99", "101, 100", "83912, 83000", "1999999, 1900000"})
    void theNumberOfStepsHasTwoDigits(long measured, long rounded) {
        assertThat(HeatProgram.rounded(measured)).isEqualTo(rounded);
    }

    private static Succession succession(int leaderChanges, Meanwhile program) {
        return new Succession(Duration.ofMillis(3_500), leaderChanges, program);
    }

    private static void assertBroken(DemoReport report, String claim) {
        assertThat(report.held()).isFalse();
        assertThat(broken(report))
                .hasSize(1)
                .first()
                .extracting(Claim::claim)
                .asString()
                .contains(claim);
    }

    private static List<Claim> broken(DemoReport report) {
        return report.claims().stream().filter(claim -> !claim.held()).toList();
    }

    private static DemoReport report(
            boolean withCheckpoints,
            long generations,
            Recovery recovery,
            Succession succession,
            Ending end,
            List<String> leftovers) {
        var seen = new Measurements(generations, recovery, Duration.ofSeconds(4), succession, end);
        return new DemoReport(PROGRAM, withCheckpoints, seen, leftovers, Duration.ofSeconds(140));
    }
}
