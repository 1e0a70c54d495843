// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.tls.CertificateAuthority;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.NodeTls;
import org.krg.host.tls.TlsDirectory;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CertificateName;
import org.krg.state.model.NodeId;

/// A node that keeps the authority's key, by clocks that the test sets.
class RenewalTest {
    private static final UUID CLUSTER = UUID.randomUUID();
    private static final Instant MADE = Instant.parse("2026-11-30T12:00:00Z");
    private static final Instant AUTHORITY_ENDS = MADE.plus(Duration.ofDays(3_650));

    @TempDir Path directory;

    private TlsDirectory files;
    private CertificateAuthority authority;

    @BeforeEach
    void makeAuthority() {
        files = TlsDirectory.ofNode(directory);
        authority = CertificateAuthority.make(CLUSTER, MADE);
        files.write(authority);
    }

    @Test
    void aCertificateThatEndsSoonIsRenewed() {
        var tls = certified(MADE);
        var renewal = renewal(tls, MADE.plus(Duration.ofDays(306)));

        renewal.renewWhenDue();

        assertThat(tls.ends()).isEqualTo(MADE.plus(Duration.ofDays(306 + 365)));
        assertThat(renewal.problem()).isEmpty();
    }

    /// Of a signer whose clock was ahead once.
    @Test
    void aCertificateOfARightClockIsTakenAlsoWhereThePresentOneEndsLater() {
        var tls = certified(MADE.plus(Duration.ofDays(400)));

        var ends = renewal(tls, MADE).renew();

        assertThat(ends).isBefore(MADE.plus(Duration.ofDays(400)));
        assertThat(tls.ends()).isEqualTo(ends);
    }

    @Test
    void theEndOfTheAuthorityIsAWarningForAYearAndAProblemInTheEnd() {
        var tls = certified(AUTHORITY_ENDS.minus(Duration.ofDays(400)));
        assertThat(renewal(tls, AUTHORITY_ENDS.minus(Duration.ofDays(366))).warning()).isEmpty();
        var inTime = renewal(tls, AUTHORITY_ENDS.minus(Duration.ofDays(300)));
        assertThat(inTime.warning().orElseThrow()).contains(AUTHORITY_ENDS.toString());
        assertThat(inTime.problem()).isEmpty();

        var last = renewal(tls, AUTHORITY_ENDS.minus(Duration.ofDays(30)));

        assertThat(last.problem().orElseThrow()).contains(AUTHORITY_ENDS.toString());
    }

    @Test
    void aCertificateThatEndsWithTheAuthorityIsNotRenewedInVain() {
        var tls = certified(AUTHORITY_ENDS.minus(Duration.ofDays(100)));
        assertThat(tls.ends()).isEqualTo(AUTHORITY_ENDS);
        var before = tls.certificate();

        renewal(tls, AUTHORITY_ENDS.minus(Duration.ofDays(30))).renewWhenDue();

        assertThat(tls.certificate()).isEqualTo(before);
    }

    private NodeTls certified(Instant at) {
        var request = KeyRequest.make("n1");
        var name = CertificateName.node(CLUSTER, new NodeId("n1"), 0);
        files.write(
                authority.sign(request.text(), name, List.of(), at, CertificateAuthority.NODE_LIFE),
                request.keyText(),
                authority.certificate());
        return NodeTls.open(files, CLUSTER);
    }

    private Renewal renewal(NodeTls tls, Instant now) {
        return new Renewal(
                files, tls, () -> ClusterImage.EMPTY, List.of("n1"), InstantSource.fixed(now));
    }
}
