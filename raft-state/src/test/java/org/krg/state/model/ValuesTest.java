// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.testkit.Samples;

class ValuesTest {
    @ParameterizedTest
    @ValueSource(strings = {"n1", "0", "rack-7-node-12", "a"})
    void aNodeNameIsLowerCaseLettersDigitsAndDashes(String name) {
        assertThat(new NodeId(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "N1", "-n", "n_1", "n.1", "n 1", "n/1", "n1\n"})
    void anyOtherNodeNameIsRefused(String name) {
        assertImpossible(() -> new NodeId(name));
    }

    @Test
    void aNodeNameFitsIntoADirectoryName() {
        assertThat(new NodeId("n".repeat(NodeId.MAX_LENGTH)).name()).hasSize(40);
        assertImpossible(() -> new NodeId("n".repeat(NodeId.MAX_LENGTH + 1)));
    }

    @Test
    void anAddressIsReadAsItIsWritten() {
        assertThat(HostPort.parse("127.0.0.1:7440")).isEqualTo(new HostPort("127.0.0.1", 7440));
        assertThat(HostPort.parse("::1:7440")).isEqualTo(new HostPort("::1", 7440));
        assertThat(HostPort.parse("node-1:0")).hasToString("node-1:0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7440", ":7440", "host:", "host:x", "host:65536", "host:-1"})
    void whatIsNoAddressIsRefused(String text) {
        assertImpossible(() -> HostPort.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "0123456789ABCDEF"})
    void whatIsNoDigestIsRefused(String hex) {
        assertImpossible(() -> new Sha256(hex.repeat(4)));
    }

    @Test
    void identitiesAreOrderedAndPrintedAsNumbers() {
        assertThat(new JobId(2)).isLessThan(new JobId(10)).hasToString("2");
        assertThat(new ProcessId(2)).isLessThan(new ProcessId(10)).hasToString("2");
        assertThat(new LeaseId(2)).isLessThan(new LeaseId(10)).hasToString("2");
        assertThat(new SessionId(2)).isLessThan(new SessionId(10)).hasToString("2");
        assertThat(new Epoch(2).next()).isEqualTo(new Epoch(3)).hasToString("3");
        assertThat(Revision.ZERO.next()).isEqualTo(new Revision(1)).hasToString("1");
        assertThat(new NodeId("n1")).isLessThan(new NodeId("n2"));
    }

    @Test
    void generationsAreOrderedByProcessThenByNumber() {
        var first = new GenerationId(new ProcessId(2), 9);
        var second = new GenerationId(new ProcessId(10), 1);
        var third = new GenerationId(new ProcessId(10), 3);

        assertThat(List.of(first, second, third)).isSorted();
        assertThat(third).hasToString("10.3");
    }

    @Test
    void aGenerationIsGoodUntilItFailedTwiceOrNobodyHoldsIt() {
        var generation =
                Samples.generation(new ProcessId(2), 1, new Epoch(1), Samples.HOME, Samples.AWAY);

        assertThat(generation.isGood()).isTrue();
        assertThat(generation.restoreFailed().isGood()).isTrue();
        assertThat(generation.restoreFailed().restoreFailed().isGood()).isFalse();
        assertThat(generation.withCopies(List.of()).isGood()).isFalse();
    }

    @Test
    void anOutcomeHasTheExitCodeThatAShellWouldSee() {
        assertThat(new Outcome.Exited(3, Usage.UNKNOWN).exitCode()).isEqualTo(3);
        assertThat(new Outcome.Signaled(9, Usage.UNKNOWN).exitCode()).isEqualTo(137);
        assertThat(new Outcome.NotStarted(127, "not found").exitCode()).isEqualTo(127);
        assertThat(new Outcome.LostForGood("its node was lost").exitCode()).isEqualTo(125);
        assertThat(new Outcome.Cancelled().exitCode()).isEqualTo(125);
    }

    @Test
    void onlyAProcessThatStartsOrRunsHasAHost() {
        var origin = new Origin.Beginning();
        var at = Instant.EPOCH;

        assertThat(new Phase.Starting(Samples.HOME, origin, at).host()).contains(Samples.HOME);
        assertThat(new Phase.Running(Samples.HOME, origin, at).host()).contains(Samples.HOME);
        assertThat(new Phase.Waiting(origin, at, "new").host()).isEmpty();
        assertThat(new Phase.Ended(new Outcome.Cancelled(), Optional.of(Samples.HOME), at).host())
                .isEmpty();
    }

    @Test
    void negativeAmountsAreRefused() {
        assertImpossible(() -> new Resources(-1, 0));
        assertImpossible(() -> new Resources(0, -1));
        assertImpossible(() -> new ResourceLimits(-1, 0, 0));
        assertImpossible(() -> new ResourceLimits(0, -1, 0));
        assertImpossible(() -> new ResourceLimits(0, 0, -1));
        assertImpossible(() -> new Identity(-1, 0, List.of(), "x"));
        assertImpossible(() -> new Identity(0, -1, List.of(), "x"));
        assertThat(new Resources(1, 2).plus(new Resources(3, 4))).isEqualTo(new Resources(4, 6));
    }

    @Test
    void aSoftLimitIsNotAboveTheHardOneAndNoResourceIsLimitedTwice() {
        var files = new Rlimit(Rlimit.Resource.NOFILE, 8, Rlimit.UNLIMITED);
        assertThatCode(() -> limited(files)).doesNotThrowAnyException();
        assertImpossible(() -> new Rlimit(Rlimit.Resource.NOFILE, 9, 8));
        assertImpossible(() -> new Rlimit(Rlimit.Resource.NOFILE, Rlimit.UNLIMITED, 8));
        assertImpossible(() -> new Rlimit(Rlimit.Resource.NOFILE, 8, -2));
        assertImpossible(() -> limited(files, new Rlimit(Rlimit.Resource.NOFILE, 4, 4)));
    }

    @Test
    void policiesThatCannotBeCarriedOutAreRefused() {
        var always = RestartPolicy.When.ALWAYS;
        var criu = Engine.CRIU;
        assertImpossible(() -> new RestartPolicy(always, -1, Duration.ZERO));
        assertImpossible(() -> new RestartPolicy(always, 1, Duration.ofNanos(-1)));
        assertImpossible(() -> new CheckpointPolicy(criu, Duration.ofNanos(-1), 2, 0, 2));
        assertImpossible(() -> new CheckpointPolicy(criu, Duration.ZERO, 0, 0, 2));
        assertImpossible(() -> new CheckpointPolicy(criu, Duration.ZERO, 2, -1, 2));
        assertImpossible(() -> new CheckpointPolicy(criu, Duration.ZERO, 2, 0, 1));
        assertImpossible(() ->
                new CheckpointPolicy(
                        criu, new CheckpointSchedule.OnDemand(), 2, 0, 2, Duration.ofNanos(-1)));
    }

    @Test
    void aProgramHasACommandAndAbsolutePaths() {
        assertImpossible(() -> program(List.of(), "/bin/true", "/"));
        assertImpossible(() -> program(List.of("true"), "bin/true", "/"));
        assertImpossible(() -> program(List.of("true"), "/bin/true", "."));
        assertThat(program(List.of("true"), "/bin/true", "/").command()).containsExactly("true");
    }

    @Test
    void anEnvironmentVariableHasANameThatExecveTakes() {
        assertImpossible(() -> new EnvironmentVariable("", "x"));
        assertImpossible(() -> new EnvironmentVariable("A=B", "x"));
        assertImpossible(() -> new EnvironmentVariable("A\0", "x"));
        assertImpossible(() -> new EnvironmentVariable("A", "\0"));
        assertThat(new EnvironmentVariable("A", "B=C").value()).isEqualTo("B=C");
    }

    @Test
    void aPeerIdNamesTheIncarnation() {
        assertThat(Samples.node(Samples.HOME, 3).peerId()).isEqualTo("n1.3");
    }

    @Test
    void aStopOrderHasADeadline() {
        var order = new StopOrder(15, Duration.ofSeconds(10), Instant.EPOCH);

        assertThat(order.deadline()).isEqualTo(Instant.ofEpochSecond(10));
    }

    @Test
    void aListGivenToARecordIsItsOwn() {
        var copies = new ArrayList<>(Arrays.asList(Samples.HOME, Samples.AWAY));
        var generation = Samples.generation(new ProcessId(2), 1, new Epoch(1)).withCopies(copies);

        copies.clear();

        assertThat(generation.copies()).containsExactly(Samples.HOME, Samples.AWAY);
    }

    @Test
    void aBrokenInvariantSaysWhichAndWithWhatValues() {
        assertThatCode(() -> Invariant.holds(true, "all is well")).doesNotThrowAnyException();
        assertThatThrownBy(() -> Invariant.holds(false, "rows and index agree", 7, 8))
                .isInstanceOf(InvariantBroken.class)
                .hasMessage("rows and index agree [7, 8]");
    }

    private static Program program(List<String> command, String executable, String directory) {
        return new Program(command, executable, Samples.DIGEST, List.of(), directory, 0, false);
    }

    private static Program limited(Rlimit... limits) {
        var plain = program(List.of("heat"), "/heat", "/");
        return new Program(
                plain.command(),
                plain.executable(),
                plain.digest(),
                plain.environment(),
                plain.workingDirectory(),
                plain.umask(),
                plain.stdinOpen(),
                plain.terminal(),
                List.of(limits));
    }

    private static void assertImpossible(Executable construction) {
        assertThatThrownBy(construction::execute).isInstanceOf(IllegalArgumentException.class);
    }
}
