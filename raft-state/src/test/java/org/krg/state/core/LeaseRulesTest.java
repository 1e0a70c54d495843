// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Refusal;
import org.krg.state.event.LeaseEvent;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;

class LeaseRulesTest {
    private static final Duration TTL = Duration.ofSeconds(10);

    private final Scene scene = new Scene();

    @Test
    void theTokenOfALeaseIsTheRevisionOfItsGrant() {
        var accepted = scene.accepted(new GrantLease("cron", TTL));

        assertThat(accepted.created()).isEqualTo(1);
        assertThat(scene.image().revision().value()).isEqualTo(1);
        assertThat(lease(1)).isEqualTo(new Lease(new LeaseId(1), "cron", TTL, 1));
    }

    @Test
    void aLaterGrantHasALargerToken() {
        scene.accept(new GrantLease("cron", TTL));
        scene.accept(new RevokeLease(new LeaseId(1)));

        scene.accept(new GrantLease("cron", TTL));

        assertThat(lease(2).token()).isEqualTo(3);
    }

    @Test
    void aLeaseEndsOnce() {
        scene.accept(new GrantLease("cron", TTL));
        scene.accept(new GrantLease("backup", TTL));

        var revoked = scene.accept(new RevokeLease(new LeaseId(1)));
        var expired = scene.accept(new ExpireLease(new LeaseId(2), 2));

        assertThat(((LeaseEvent) revoked.getFirst()).kind()).isEqualTo(LeaseEvent.Kind.REVOKED);
        assertThat(((LeaseEvent) expired.getFirst()).kind()).isEqualTo(LeaseEvent.Kind.EXPIRED);
        assertThat(scene.image().leases().size()).isZero();
        scene.refuse(Refusal.NOT_FOUND, new RevokeLease(new LeaseId(1)));
        scene.refuse(Refusal.NOT_FOUND, new ExpireLease(new LeaseId(2), 2));
    }

    @Test
    void aLeaseThatWasGrantedAnewDoesNotEndWithTheOneBefore() {
        scene.accept(new GrantLease(new LeaseId(7), "cron", TTL));
        var before = lease(7).token();
        scene.accept(new RevokeLease(new LeaseId(7)));
        scene.accept(new GrantLease(new LeaseId(7), "cron", TTL));

        scene.refuse(Refusal.CONFLICT, new ExpireLease(new LeaseId(7), before));

        assertThat(lease(7).token()).isGreaterThan(before);
        scene.accept(new ExpireLease(new LeaseId(7), lease(7).token()));
    }

    @Test
    void aLeaseLastsNeitherTooShortNorTooLong() {
        scene.refuse(Refusal.INVALID, new GrantLease("cron", Duration.ofMillis(99)));
        scene.refuse(Refusal.INVALID, new GrantLease("cron", Duration.ofSeconds(-5)));
        scene.refuse(Refusal.INVALID, new GrantLease("cron", LeaseRules.MAX_TTL.plusNanos(1)));

        scene.accept(new GrantLease("cron", Duration.ofMillis(100)));
        scene.accept(new GrantLease("cron", LeaseRules.MAX_TTL));
    }

    @Test
    void aHolderHasAName() {
        scene.refuse(Refusal.INVALID, new GrantLease("", TTL));
        scene.refuse(Refusal.INVALID, new GrantLease("x".repeat(257), TTL));

        scene.accept(new GrantLease("x".repeat(256), TTL));
    }

    @Test
    void aClientMayChooseTheNumber() {
        scene.accept(new GrantLease(new LeaseId(Long.MAX_VALUE), "etcd", TTL));
        scene.accept(new GrantLease(new LeaseId(2), "etcd", TTL));

        var picked = scene.accepted(new GrantLease("cron", TTL)).created();
        var next = scene.accepted(new GrantLease("cron", TTL)).created();

        assertThat(picked).isEqualTo(1);
        assertThat(next).isEqualTo(3);
        scene.refuse(Refusal.NAME_TAKEN, new GrantLease(new LeaseId(2), "etcd", TTL));
        scene.refuse(Refusal.INVALID, new GrantLease(new LeaseId(-2), "etcd", TTL));
    }

    @Test
    void thereIsABoundOnLeases() {
        var image = scene.image();
        var leases = image.leases();
        for (var i = 1L; i <= LeaseRules.MAX_LEASES; i++) {
            var id = new LeaseId(i);
            leases = leases.with(new Lease(id, "cron", TTL, i));
        }

        var decision =
                ClusterStateMachine.decide(
                        image.withLeases(leases), new GrantLease("one-more", TTL));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.refusal()).isEqualTo(Refusal.LIMIT));
    }

    private Lease lease(long number) {
        return scene.image().leases().all().require(new LeaseId(number));
    }
}
