// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Permission;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

final class PermissionsTest {
    static Stream<KeyRange> ranges() {
        return Stream.of(
                KeyRange.one(Bytes.of("a")),
                KeyRange.prefix(Bytes.of("app/")),
                KeyRange.prefix(Bytes.wrap(new byte[] {(byte) 0xff})),
                KeyRange.from(Bytes.of("a")),
                new KeyRange(Bytes.of("a"), Bytes.of("c")),
                KeyRange.ALL);
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void whatIsShownNamesTheSameKeys(KeyRange range) {
        var grant = new KeyGrant(range, Mode.WRITE);
        assertThat(Permissions.grant(Permissions.of(grant))).isEqualTo(grant);
    }

    @Test
    void oneKeyHasNoEndAndNoEndIsAZeroByte() {
        var one = Permissions.of(new KeyGrant(KeyRange.one(Bytes.of("a")), Mode.READ));
        assertThat(one.getKey()).isEqualTo(ByteString.copyFromUtf8("a"));
        assertThat(one.getRangeEnd()).isEqualTo(ByteString.EMPTY);
        var from = Permissions.of(new KeyGrant(KeyRange.from(Bytes.of("a")), Mode.READ));
        assertThat(from.getRangeEnd()).isEqualTo(ByteString.copyFromUtf8("\0"));
    }

    @ParameterizedTest
    @CsvSource({"READ, READ", "WRITE, WRITE", "READWRITE, READ_WRITE"})
    void modes(Permission.Type type, Mode mode) {
        var message =
                Permission.newBuilder()
                        .setPermType(type)
                        .setKey(ByteString.copyFromUtf8("a"))
                        .build();
        assertThat(Permissions.grant(message).mode()).isEqualTo(mode);
        assertThat(Permissions.of(Permissions.grant(message))).isEqualTo(message);
    }

    @Test
    void aKindThatIsNotKnownIsNotGranted() {
        var message =
                Permission.newBuilder()
                        .setPermTypeValue(7)
                        .setKey(ByteString.copyFromUtf8("a"))
                        .build();
        assertThatThrownBy(() -> Permissions.grant(message))
                .hasMessage("etcdserver: permission not given");
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'', b", "b, a", "a, a"})
    void aRangeWithoutKeysIsRefused(String key, String end) {
        assertThatThrownBy(() ->
                        Permissions.range(
                                ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(end)))
                .hasMessage("etcdserver: invalid auth management");
    }
}
