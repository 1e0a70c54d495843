// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.PutRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FramesTest {
    private static final int MOST = 1_000;
    private static final List<PutRequest> MESSAGES =
            List.of(put("one"), PutRequest.getDefaultInstance(), put("a third one"));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 1_000})
    void messagesComeInPiecesOfAnySize(int piece) {
        var frames = new Frames(MOST);
        var all = bytes();
        var read = new ArrayList<PutRequest>();
        for (var at = 0; at < all.length; at += piece) {
            frames.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
            for (var next = frames.next(PutRequest.parser());
                    next.isPresent();
                    next = frames.next(PutRequest.parser())) {
                read.add(next.get());
            }
        }
        assertThat(read).isEqualTo(MESSAGES);
    }

    @Test
    void aCallHasOneMessageExactly() {
        var one = Frames.frame(MESSAGES.getFirst()).array();
        assertThat(Frames.only(one, PutRequest.parser(), MOST)).isEqualTo(MESSAGES.getFirst());
        assertThatThrownBy(() -> Frames.only(bytes(), PutRequest.parser(), MOST))
                .isInstanceOf(GrpcFailure.class);
        assertThatThrownBy(() -> Frames.only(new byte[3], PutRequest.parser(), MOST))
                .isInstanceOf(GrpcFailure.class);
    }

    @Test
    void whatIsTooLargeCompressedOrNoMessageIsRefused() {
        var large = Frames.frame(put("x".repeat(MOST))).array();
        assertThatThrownBy(() -> Frames.only(large, PutRequest.parser(), MOST))
                .hasMessageContaining("may have 1000 bytes");
        var negative = new byte[] {0, -1, -1, -1, -1};
        assertThatThrownBy(() -> Frames.only(negative, PutRequest.parser(), MOST))
                .hasMessageContaining("4294967295");
        var compressed = new byte[] {1, 0, 0, 0, 0};
        assertThatThrownBy(() -> Frames.only(compressed, PutRequest.parser(), MOST))
                .hasMessageContaining("compressed");
        var nonsense = new byte[] {0, 0, 0, 0, 1, 7};
        assertThatThrownBy(() -> Frames.only(nonsense, PutRequest.parser(), MOST))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aMessageOfAStatusIsAscii() {
        assertThat(Replies.percentEncoded("50% of\nit – so"))
                .isEqualTo("50%25 of%0Ait %E2%80%93 so");
    }

    private static byte[] bytes() {
        var all = ByteString.EMPTY;
        for (var message : MESSAGES) {
            all = all.concat(ByteString.copyFrom(Frames.frame(message).array()));
        }
        return all.toByteArray();
    }

    private static PutRequest put(String key) {
        return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    }
}
