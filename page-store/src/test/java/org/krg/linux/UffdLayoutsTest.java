// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout.PathElement;
import org.junit.jupiter.api.Test;

/// Sizes and offsets as a C program prints them on x86-64.
class UffdLayoutsTest {
    @Test
    void structsAreAsLongAsTheNumbersOfTheirCallsSay() {
        assertThat(UffdLayouts.API.byteSize()).isEqualTo(UffdLayouts.UFFDIO_API >> 16 & 0x3FFF);
        assertThat(UffdLayouts.RANGE.byteSize()).isEqualTo(UffdLayouts.UFFDIO_WAKE >> 16 & 0x3FFF);
        assertThat(UffdLayouts.WRITEPROTECT.byteSize())
                .isEqualTo(UffdLayouts.UFFDIO_WRITEPROTECT >> 16 & 0x3FFF);
        assertThat(UffdLayouts.RANGE_MODE_RESULT.byteSize())
                .isEqualTo(UffdLayouts.UFFDIO_REGISTER >> 16 & 0x3FFF)
                .isEqualTo(UffdLayouts.UFFDIO_CONTINUE >> 16 & 0x3FFF)
                .isEqualTo(UffdLayouts.UFFDIO_POISON >> 16 & 0x3FFF);
    }

    @Test
    void aMessageIs32BytesWithTheAddressAt16() {
        assertThat(UffdLayouts.MESSAGE.byteSize()).isEqualTo(32);
        assertThat(UffdLayouts.MESSAGE.byteOffset(PathElement.groupElement("address")))
                .isEqualTo(16);
        assertThat(UffdLayouts.MESSAGE.byteOffset(PathElement.groupElement("ptid"))).isEqualTo(24);
    }

    @Test
    void aMessageOfASocketIs56BytesWithTheControlAt32() {
        assertThat(PacketConnection.MSGHDR.byteSize()).isEqualTo(56);
        assertThat(PacketConnection.MSGHDR.byteOffset(PathElement.groupElement("msg_control")))
                .isEqualTo(32);
        assertThat(PacketConnection.CMSGHDR.byteSize()).isEqualTo(16);
        assertThat(PacketConnection.IOVEC.byteSize()).isEqualTo(16);
    }
}
