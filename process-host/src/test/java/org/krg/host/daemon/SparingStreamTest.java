// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

/// Uploads on a disk that fills up.
class SparingStreamTest {
    private static final int MIB = 1 << 20;
    private static final long RESERVE = 512L * MIB;

    private long free;

    private final OutputStream disk =
            new OutputStream() {
                @Override
                public void write(int one) {
                    free--;
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    free -= length;
                }
            };

    @Test
    void aDiskThatIsNearlyFullIsNotWrittenTo() {
        free = RESERVE - 1;
        try (var sparing = new SparingStream(disk, () -> free, RESERVE)) {
            assertThatThrownBy(() -> sparing.write(7))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("512 MiB");
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        assertThat(free).isEqualTo(RESERVE - 1);
    }

    @Test
    void whatComesWithoutEndLeavesMostOfTheReserve() {
        free = RESERVE + 200L * MIB;
        var some = new byte[MIB];
        assertThatThrownBy(
                        () -> {
                            try (var sparing = new SparingStream(disk, () -> free, RESERVE)) {
                                while (free > 0) {
                                    sparing.write(some);
                                }
                            }
                        })
                .hasMessageContaining("512 MiB");
        assertThat(free).isGreaterThan(RESERVE - 66L * MIB);
    }
}
