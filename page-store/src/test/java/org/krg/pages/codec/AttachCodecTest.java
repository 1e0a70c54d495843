// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// That both sides agree is shown with libkrg itself; here what a stranger may send.
class AttachCodecTest {
    @Test
    void aRequestHasItsNumbersInTheMachinesOrder() {
        assertThat(AttachCodec.decode(request(1, 2).putLong(8, 4096).putLong(16, 8192).array()))
                .contains(new AttachRequest.Map(4096, 8192));
        assertThat(AttachCodec.decode(request(1, 3).putLong(8, 4096).array()))
                .contains(new AttachRequest.Unmap(4096));
        assertThat(AttachCodec.decode(request(1, 1).put(24, (byte) 'f').array()))
                .contains(new AttachRequest.Open("f"));
    }

    @Test
    void whatMakesNoSenseIsNoRequest() {
        assertThat(AttachCodec.decode(new byte[279])).isEmpty();
        assertThat(AttachCodec.decode(request(2, 1).array())).isEmpty();
        assertThat(AttachCodec.decode(request(1, 9).array())).isEmpty();
    }

    @Test
    void aNameWithoutAnEndIsNoRequest() {
        var name = "n".repeat(256).getBytes(StandardCharsets.US_ASCII);
        assertThat(AttachCodec.decode(request(1, 1).put(24, name).array())).isEmpty();
    }

    @Test
    void anAnswerCarriesTheErrorAndTheSize() {
        var answer = ByteBuffer.wrap(AttachCodec.encode(AttachError.EACCES, 4096));
        answer.order(ByteOrder.LITTLE_ENDIAN);
        assertThat(answer.getInt(0)).isEqualTo(13);
        assertThat(answer.getInt(4)).isEqualTo(1);
        assertThat(answer.getLong(8)).isEqualTo(4096);
    }

    private static ByteBuffer request(int version, int kind) {
        return ByteBuffer.allocate(280)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, version)
                .putInt(4, kind);
    }
}
