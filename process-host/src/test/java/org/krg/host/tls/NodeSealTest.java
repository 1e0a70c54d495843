// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.ArchiveSeal.Signature;
import org.krg.state.model.CertificateName.Role;

/// Whose signatures under archives are believed.
final class NodeSealTest {
    private static final byte[] CONTENT = "what is signed".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "something else".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path directory;
    private Keys keys;
    private Keys foreign;
    private NodeTls tls;
    private NodeSeal seal;

    @BeforeEach
    void make() {
        keys = new Keys(new UUID(1, 1), directory.resolve("own"));
        foreign = new Keys(new UUID(2, 2), directory.resolve("foreign"));
        tls = keys.node("n1");
        seal = new NodeSeal(tls);
    }

    @Test
    void nodesOfTheClusterAreBelievedWithWhatTheyHaveSigned() {
        var signature = new NodeSeal(keys.node("n2")).sign(CONTENT);

        assertThat(objection(signature, CONTENT, "n2")).isEmpty();
        assertThat(objection(signature, OTHER, "n2").orElseThrow()).contains("not what node n2");
        assertThat(objection(signature, CONTENT, "n1").orElseThrow()).contains("is not node n1's");
    }

    @Test
    void anArchiveOutlivesACertificateButNotTheRemovalOfItsNode() {
        var old = new NodeSeal(keys.expiredNode("n2")).sign(CONTENT);
        assertThat(objection(old, CONTENT, "n2")).isEmpty();

        tls.believeOnly(name -> !name.name().equals("n2"));
        assertThat(objection(old, CONTENT, "n2").orElseThrow()).contains("was removed");
    }

    @Test
    void usersSignNothing() {
        for (var role : new Role[] {Role.CLIENT, Role.ADMIN}) {
            var signature = new NodeSeal(keys.user(role, "ann")).sign(CONTENT);
            assertThat(objection(signature, CONTENT, "ann").orElseThrow())
                    .contains("is not node ann's");
        }
    }

    @Test
    void anotherClusterIsBelievedOnlyWhereItsAuthorityIsNamed()
            throws CertificateEncodingException {
        var signature = new NodeSeal(foreign.node("n1")).sign(CONTENT);
        var authority = Optional.of(foreign.authority().certificate().getEncoded());
        var own = Optional.of(keys.authority().certificate().getEncoded());

        assertThat(objection(signature, CONTENT, "n1").orElseThrow()).contains("another cluster");
        assertThat(seal.objection(signature, CONTENT, "n1", authority)).isEmpty();
        assertThat(seal.objection(signature, OTHER, "n1", authority)).isPresent();
        assertThat(seal.objection(signature, CONTENT, "n1", own)).isPresent();
    }

    @Test
    void whatIsNoCertificateIsNoAuthorityEither() {
        var good = new NodeSeal(keys.node("n2")).sign(CONTENT);
        assertThat(objection(new Signature(OTHER, good.bytes()), CONTENT, "n2")).isPresent();
        assertThat(objection(new Signature(good.certificate(), OTHER), CONTENT, "n2")).isPresent();
        // A node's certificate signs for nobody.
        var leaf = Optional.of(good.certificate());
        assertThat(seal.objection(good, CONTENT, "n2", leaf)).isPresent();
    }

    private Optional<String> objection(Signature signature, byte[] content, String node) {
        return seal.objection(signature, content, node, Optional.empty());
    }
}
