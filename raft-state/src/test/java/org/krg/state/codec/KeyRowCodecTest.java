// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.codec.KeyRowCodec.Change;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

class KeyRowCodecTest {
    private static final Bytes KEY = Bytes.wrap(new byte[] {0, 'k', -1, 0});

    private static OwnedKey key(String value, long number, String owner) {
        return new OwnedKey(
                new KeyValue(
                        KEY,
                        Bytes.of(value),
                        new Revision(number),
                        new Revision(number + 1),
                        number + 2,
                        new LeaseId(number + 3)),
                owner);
    }

    @Test
    void everyRowComesBackAndItsBytesStay() throws IOException {
        var lines = new ArrayList<String>();
        for (var row : List.of(key("v", 1, "alice"), key("", 1L << 40, ""), key("é", 300, "Zoë"))) {
            var bytes = KeyRowCodec.encode(row);
            assertThat(KeyRowCodec.decode(KEY, bytes)).isEqualTo(row);
            lines.add("value " + HexFormat.of().formatHex(bytes));
        }
        for (var change :
                List.of(
                        new Change(KEY, false, Revision.ZERO),
                        new Change(KEY, true, new Revision(300)))) {
            var bytes = KeyRowCodec.encode(change);
            assertThat(KeyRowCodec.decodeChange(bytes)).isEqualTo(change);
            lines.add("change " + HexFormat.of().formatHex(bytes));
        }
        var version = KeyRowCodec.versionKey(KEY, new Revision(300));
        assertThat(KeyRowCodec.versionedKey(version)).isEqualTo(KEY);
        lines.add("version " + HexFormat.of().formatHex(version));
        assertThat(KeyRowCodec.decodeVersion(KEY, KeyRowCodec.deletion())).isEmpty();
        Golden.check("keys", lines);
    }

    @Test
    void bytesThatMakeNoRowAreNeverTaken() {
        for (var wrong : List.of("", "01", "01010101", "0101010105", "ffffffffffffffffffffff")) {
            assertThatThrownBy(() -> KeyRowCodec.decode(KEY, HexFormat.of().parseHex(wrong)))
                    .isInstanceOf(InvariantBroken.class);
        }
        for (var wrong : List.of("", "01", "0102", "ffffffffffffffffffffff")) {
            assertThatThrownBy(() -> KeyRowCodec.decodeChange(HexFormat.of().parseHex(wrong)))
                    .isInstanceOf(InvariantBroken.class);
        }
    }
}
