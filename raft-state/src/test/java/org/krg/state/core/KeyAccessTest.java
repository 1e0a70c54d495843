// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.krg.state.image.Access;
import org.krg.state.model.User;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyRole;
import org.krg.testkit.Seeds;

class KeyAccessTest {
    private static final KeyRange OPS = KeyRange.prefix(Bytes.of("/ops/"));

    @Test
    void aPrefixIsExact() {
        var access = withGrants(List.of(new KeyGrant(OPS, Mode.READ)));

        assertThat(may(access, KeyRange.one(Bytes.of("/ops/x")), Mode.READ)).isTrue();
        assertThat(may(access, OPS, Mode.READ)).isTrue();
        assertThat(may(access, KeyRange.one(Bytes.of("/ops")), Mode.READ)).isFalse();
        assertThat(may(access, KeyRange.one(Bytes.of("/ops0")), Mode.READ)).isFalse();
        assertThat(may(access, KeyRange.prefix(Bytes.of("/ops")), Mode.READ)).isFalse();
        assertThat(may(access, KeyRange.ALL, Mode.READ)).isFalse();
    }

    @Test
    void aModeIsNotAnother() {
        var access = withGrants(List.of(new KeyGrant(OPS, Mode.READ)));

        assertThat(may(access, OPS, Mode.WRITE)).isFalse();
        assertThat(may(access, OPS, Mode.READ_WRITE)).isFalse();
        var both =
                withGrants(
                        List.of(
                                new KeyGrant(OPS, Mode.READ),
                                new KeyGrant(KeyRange.ALL, Mode.WRITE)));
        assertThat(may(both, OPS, Mode.READ_WRITE)).isTrue();
    }

    @Test
    void rootMayEverythingAndAStrangerNothing() {
        var access = withGrants(List.of());
        var boss = new User("boss", "", List.of(KeyRole.ROOT));
        var withBoss = access.withUsers(access.users().with("boss", boss));

        assertThat(KeyAccess.problem(withBoss, "root", KeyRange.ALL, Mode.READ_WRITE)).isEmpty();
        assertThat(KeyAccess.problem(withBoss, "boss", KeyRange.ALL, Mode.READ_WRITE)).isEmpty();
        assertThat(KeyAccess.problem(withBoss, "eve", OPS, Mode.READ)).isPresent();
        assertThat(KeyAccess.problem(withBoss, "", OPS, Mode.READ)).isPresent();
    }

    @Test
    void everybodyMayWhilePermissionsDoNotCount() {
        assertThat(KeyAccess.problem(Access.EMPTY, "eve", KeyRange.ALL, Mode.WRITE)).isEmpty();
    }

    @Test
    void aRangeIsAllowedExactlyWhenEachOfItsKeysIs() {
        Seeds.run(
                3_000,
                random -> {
                    var ranges = new ArrayList<KeyRange>();
                    for (var i = random.nextInt(5); i >= 0; i--) {
                        ranges.add(range(random));
                    }
                    var wanted = range(random);
                    var each =
                            keys().stream()
                                    .map(Bytes::wrap)
                                    .filter(wanted::contains)
                                    .allMatch(key ->
                                            ranges.stream().anyMatch(it -> it.contains(key)));
                    assertThat(wanted.isCoveredBy(ranges)).isEqualTo(each);
                });
    }

    @Test
    void aPrefixHoldsTheKeysThatBeginWithItAndNoOthers() {
        Seeds.run(
                2_000,
                random -> {
                    var prefix = key(random);
                    var range = KeyRange.prefix(Bytes.wrap(prefix));
                    var key = key(random);
                    assertThat(range.contains(Bytes.wrap(key))).isEqualTo(startsWith(key, prefix));
                });
    }

    /// Keys of up to three bytes over an alphabet that has both ends of the order.
    private static byte[] key(RandomGenerator random) {
        var key = new byte[random.nextInt(4)];
        for (var i = 0; i < key.length; i++) {
            key[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return key;
    }

    private static final byte[] ALPHABET = {0, 1, (byte) 0x7f, (byte) 0xfe, (byte) 0xff};

    /// Ends are at keys of at most two bytes, so that keys of three tell all ranges apart.
    private static KeyRange range(RandomGenerator random) {
        var start = Arrays.copyOf(key(random), random.nextInt(3));
        var end = Arrays.copyOf(key(random), random.nextInt(3));
        return new KeyRange(Bytes.wrap(start), Bytes.wrap(end));
    }

    private static List<byte[]> keys() {
        var keys = new ArrayList<byte[]>();
        keys.add(new byte[0]);
        for (var first = 0; first < 256; first++) {
            keys.add(new byte[] {(byte) first});
            for (var second : EDGES) {
                keys.add(new byte[] {(byte) first, second});
                for (var third : new byte[] {0, 1, (byte) 0xff}) {
                    keys.add(new byte[] {(byte) first, second, third});
                }
            }
        }
        return keys;
    }

    private static final byte[] EDGES = {
        0, 1, 2, 0x7e, 0x7f, (byte) 0x80, (byte) 0xfd, (byte) 0xfe, (byte) 0xff
    };

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static boolean may(Access access, KeyRange range, Mode mode) {
        return KeyAccess.problem(access, "ann", range, mode).isEmpty();
    }

    private static Access withGrants(List<KeyGrant> grants) {
        var users = Access.EMPTY.users().with("ann", new User("ann", "", List.of("ops", "gone")));
        var roles = Access.EMPTY.roles().with("ops", new KeyRole("ops", grants));
        return Access.EMPTY.withUsers(users).withRoles(roles).with(true, 1);
    }
}
