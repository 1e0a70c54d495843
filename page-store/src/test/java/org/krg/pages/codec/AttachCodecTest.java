// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// That both sides agree is shown with libkrg itself; here what a stranger may send.
class AttachCodecTest {
    @Test
    void aRequestHasItsNumbersInTheMachinesOrder() {
        assertThat(AttachCodec.decode(request(3, 2).putLong(8, 4096).putLong(16, 8192).array()))
                .contains(new AttachRequest.Map(4096, 8192, 0));
        assertThat(AttachCodec.decode(request(3, 3).putLong(8, 4096).array()))
                .contains(new AttachRequest.Unmap(4096));
        assertThat(AttachCodec.decode(request(3, 1).put(24, (byte) 'f').array()))
                .contains(new AttachRequest.Open(new Which.Named("f")));
    }

    @Test
    void whatMakesNoSenseIsNoRequest() {
        assertThat(AttachCodec.decode(new byte[279])).isEmpty();
        assertThat(AttachCodec.decode(request(2, 1).array())).isEmpty();
        assertThat(AttachCodec.decode(request(3, 9).array())).isEmpty();
    }

    @Test
    void aNameWithoutAnEndIsNoRequest() {
        var name = "n".repeat(256).getBytes(StandardCharsets.US_ASCII);
        assertThat(AttachCodec.decode(request(3, 1).put(24, name).array())).isEmpty();
    }

    @Test
    void anAnswerCarriesTheError() {
        var answer = ByteBuffer.wrap(AttachCodec.encode(AttachError.EACCES));
        answer.order(ByteOrder.LITTLE_ENDIAN);
        assertThat(answer.getInt(0)).isEqualTo(13);
        assertThat(answer.getInt(4)).isEqualTo(3);
    }

    @Test
    void whoOpensASegmentHearsItsSizeAndItsNumber() {
        var answer =
                ByteBuffer.wrap(AttachCodec.opened(4096, new SegmentId(7), new SegmentKey(3, 5)));
        answer.order(ByteOrder.LITTLE_ENDIAN);
        assertThat(answer.getInt(0)).isZero();
        assertThat(answer.getLong(8)).isEqualTo(4096);
        assertThat(answer.getLong(16)).isEqualTo(7);
        assertThat(answer.getLong(24)).isEqualTo(3);
        assertThat(answer.getLong(32)).isEqualTo(5);
    }

    @Test
    void anOrderNamesItsSegmentOrGivesItsNumber() {
        assertThat(
                        AttachCodec.decode(
                                order(32)
                                        .putLong(24, 8192)
                                        .putInt(36, 0640)
                                        .put(56, (byte) 'f')
                                        .array()))
                .contains(new ManageRequest.Create("f", 8192, 0640));
        assertThat(AttachCodec.decode(order(33).putLong(8, 7).array()))
                .contains(new ManageRequest.Find(new Which.Numbered(new SegmentId(7))));
        assertThat(
                        AttachCodec.decode(
                                order(36).putLong(8, 7).putLong(40, 3).putLong(48, 5).array()))
                .contains(
                        new AttachRequest.Open(
                                new Which.Numbered(new SegmentId(7), new SegmentKey(3, 5))));
        assertThat(AttachCodec.decode(order(35).put(56, (byte) 'f').array()))
                .contains(new ManageRequest.Remove(new Which.Named("f")));
        assertThat(
                        AttachCodec.decode(
                                order(37)
                                        .putLong(16, 4096)
                                        .putLong(24, 8192)
                                        .putInt(32, 3)
                                        .array()))
                .contains(new AttachRequest.Map(4096, 8192, 12_288));
        assertThat(
                        AttachCodec.decode(
                                order(38).putLong(8, 7).putLong(24, 8192).putInt(36, 3).array()))
                .contains(
                        new ManageRequest.Advise(new Which.Numbered(new SegmentId(7)), 3, 0, 8192));
        assertThat(AttachCodec.decode(order(39).putLong(8, 7).array()))
                .contains(new ManageRequest.Destroy(new Which.Numbered(new SegmentId(7))));
        assertThat(
                        AttachCodec.decode(
                                order(40).putLong(8, 7).putLong(24, 8192).putInt(32, 3).array()))
                .contains(
                        new AttachRequest.Sync(new Which.Numbered(new SegmentId(7)), 12_288, 8192));
        assertThat(AttachCodec.decode(order(47).array())).isEmpty();
        assertThat(AttachCodec.decode(request(3, 33).array())).isEmpty();
    }

    private static ByteBuffer order(int kind) {
        return ByteBuffer.allocate(312).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 3).putInt(4, kind);
    }

    private static ByteBuffer request(int version, int kind) {
        return ByteBuffer.allocate(280)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, version)
                .putInt(4, kind);
    }
}
