// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.exclusive;
import static org.krg.host.kernel.CellFixture.fromNow;
import static org.krg.host.kernel.CellFixture.shell;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.Isolation;
import org.krg.linux.Boottime;

/// Exclusive cells stand still when the node's lease is over, whatever the agent does.
@Tag("root")
class WatchdogTest {
    private static final String TICKING = "while :; do echo x; sleep 0.01; done";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration PROMISED = Duration.ofMillis(1500);
    private static final int MOST_TRIES = 5;

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void anExclusiveCellStandsStillFromTheDeadlineUntilItIsRenewedAndThawed() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var cell = node.start(exclusive(TICKING));
            awaitOutput(cell, "x");

            var deadline = fromNow(Duration.ofMillis(300));
            lease.renew(deadline);
            await().until(cell::isFrozen);
            assertThat(Boottime.now()).isGreaterThanOrEqualTo(deadline);

            assertThatThrownBy(cell::thaw).hasMessageContaining("Timer expired");
            assertThatThrownBy(() -> cell.release(fromNow(HOUR)))
                    .hasMessageContaining("Timer expired");

            lease.renew(fromNow(HOUR));
            assertThat(cell.isFrozen()).isTrue();
            cell.release(fromNow(HOUR));
            var before = cell.sync().stdoutBytes();
            await().until(() -> Files.size(cell.stdout()) > before);
            await().during(Duration.ofMillis(300)).until(() -> !cell.isFrozen());
        }
    }

    @Test
    void theFreezeComesWithinTheTimeThatIsPromised() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var cell = node.start(exclusive(TICKING));
            awaitOutput(cell, "x");

            // Ticks of 100 ms; the rest, and another try, is for a loaded machine.
            var times = new ArrayList<Duration>();
            do {
                lease.renew(fromNow(HOUR));
                cell.release(fromNow(HOUR));
                await().until(() -> !cell.isFrozen());
                var deadline = Boottime.now();
                lease.renew(deadline);
                await().until(cell::isFrozen);
                times.add(Boottime.now().minus(deadline));
            } while (times.getLast().compareTo(PROMISED) >= 0 && times.size() < MOST_TRIES);
            assertThat(times).anySatisfy(time -> assertThat(time).isLessThan(PROMISED));
        }
    }

    @Test
    void whatWasDecidedBeforeTheLeaseWasOverIsNotDoneUnderTheNextOne() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var cell = node.start(exclusive(TICKING));
            awaitOutput(cell, "x");
            cell.freeze(Duration.ofSeconds(10));
            var decided = Boottime.now();
            lease.renew(decided);
            await().until(() -> isRefused(cell::thaw));

            // The agent stood still meanwhile, and goes on when the lease is renewed.
            lease.renew(fromNow(HOUR));

            assertThat(isRefused(cell::thaw)).isTrue();
            assertThat(isRefused(() -> cell.release(decided))).isTrue();
            assertThat(cell.isFrozen()).isTrue();
            cell.release(fromNow(HOUR));
            await().until(() -> !cell.isFrozen());
            cell.freeze(Duration.ofSeconds(10));
            cell.thaw();
            await().until(() -> !cell.isFrozen());
        }
    }

    @Test
    void aStoppedCellThatNobodyDecidesAboutInTimeIsNotedByTheWatchdogItself() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var cell = node.start(exclusive(TICKING));
            awaitOutput(cell, "x");
            lease.renew(Boottime.now());
            await().until(cell::isFrozen);
            lease.renew(fromNow(HOUR));

            assertThat(isRefused(cell::thaw)).isTrue();
        }
    }

    @Test
    void aProgramWhoseStartWasDecidedUnderALeaseThatIsOverDoesNotStart() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var late = exclusive(TICKING).startingBy(Boottime.now().minusMillis(1));

            assertThatThrownBy(() -> node.start(late)).isInstanceOf(CellFailed.class);
            assertThat(node.cells().list()).isEmpty();
            awaitOutput(node.start(exclusive(TICKING).startingBy(fromNow(HOUR))), "x");
        }
    }

    @Test
    void aProgramWhoseStartIsHeldUpUntilTheLeaseIsOverStandsStillAndDoesNotBegin()
            throws Exception {
        try (var lease = node.lease();
                var program = HeldProgram.besides(node.config().lease())) {
            lease.renew(fromNow(HOUR));
            var start = CompletableFuture.supplyAsync(() -> node.start(program.exclusive(TICKING)));
            program.awaitAsked();
            lease.renew(Boottime.now());
            var cell = start.get(CellFixture.LIMIT.toSeconds(), TimeUnit.SECONDS);
            await().until(cell::isFrozen);

            lease.renew(fromNow(HOUR));
            program.release();

            assertThat(isRefused(cell::thaw)).isTrue();
            assertThat(cell.isFrozen()).isTrue();
            assertThat(cell.sync().stdoutBytes()).isZero();
            cell.release(fromNow(HOUR));
            awaitOutput(cell, "x");
        }
    }

    private static boolean isRefused(Runnable act) {
        try {
            act.run();
            return false;
        } catch (CellFailed refused) {
            return String.valueOf(refused.getMessage()).contains("Timer expired");
        }
    }

    @Test
    void aCellThatIsNotExclusiveGoesOn() {
        try (var lease = node.lease()) {
            lease.renew(fromNow(Duration.ZERO));
            var cell = node.start(shell(TICKING));
            awaitOutput(cell, "x");

            await().during(Duration.ofMillis(300)).until(() -> !cell.isFrozen());
        }
    }

    @Test
    void beforeTheFirstLeaseTheWatchdogDoesNothing() {
        var cell = node.start(exclusive(TICKING));
        awaitOutput(cell, "x");

        await().during(Duration.ofMillis(300)).until(() -> !cell.isFrozen());
    }

    @Test
    void theFenceHoldsWithoutAnyAgentAndItsCellCanBeKilled() throws Exception {
        var cell = node.start(exclusive(TICKING));
        try (var lease = node.lease()) {
            lease.renew(fromNow(Duration.ZERO));
        }

        await().until(cell::isFrozen);
        cell.kill();

        assertThat(CellFixture.awaitExit(cell).shellStatus()).isEqualTo(128 + CellFixture.SIGKILL);
    }

    /// Ordinary files stand for a cgroup that takes the request and never freezes.
    @Test
    void aCellWhoseFreezeIsNotConfirmedWithinASecondIsKilled() throws Exception {
        var group = Files.createDirectories(node.config().lease().resolveSibling("group"));
        for (var file : List.of("procs", "freeze", "kill")) {
            for (var child : List.of("init", "app")) {
                Files.createDirectories(group.resolve(child));
                Files.createFile(group.resolve(child).resolve("cgroup." + file));
            }
        }
        Files.writeString(group.resolve("app/cgroup.events"), "populated 1\nfrozen 0\n");
        var directory = node.cells().makeDirectory(CellFixture.ID);
        SpecFile.write(
                CellFixture.ID,
                node.config(),
                exclusive(TICKING),
                new SpecFile.Beginning.Start(),
                new CellCgroup(group, Map.of()));
        try (var lease = node.lease()) {
            lease.renew(fromNow(HOUR));
            var krgInit = node.config().krgInit().toString();
            assertThat(new ProcessBuilder(krgInit, "" + directory).start().waitFor()).isZero();
            assertThat(group.resolve("app/cgroup.freeze")).isEmptyFile();

            var deadline = Boottime.now();
            lease.renew(deadline);

            await().until(() -> Files.readString(group.resolve("app/cgroup.kill")).equals("1"));
            assertThat(Boottime.now().minus(deadline)).isGreaterThan(Duration.ofSeconds(1));
            assertThat(group.resolve("app/cgroup.freeze")).hasContent("1");
        } finally {
            InitProcess.find(directory).ifPresent(InitProcess::kill);
            await().until(() -> InitProcess.find(directory).filter(InitProcess::isAlive).isEmpty());
        }
    }
}
