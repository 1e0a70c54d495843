// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MappingsTest {
    private static final int PAGE = 4_096;
    private static final List<String> LINES =
            List.of(
                    "00010000-00012000 r--s 00000000 00:01 7                          /memfd:a b",
                    "00012000-00013000 rw-s 00002000 00:01 7                          /memfd:a b",
                    "00020000-00021000 -w-s 00000000 00:01 8",
                    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]");

    @Test
    void aRangeIsWrittenToIfAPartOfItIs() {
        assertThat(Mappings.mayStore(LINES, 0x10000, 2 * PAGE)).contains(false);
        assertThat(Mappings.mayStore(LINES, 0x11000, 2 * PAGE)).contains(true);
        assertThat(Mappings.mayStore(LINES, 0x12000, PAGE)).contains(true);
        assertThat(Mappings.mayStore(LINES, 0x20000, PAGE)).contains(true);
    }

    @Test
    void whereNothingIsMappedNothingIsSaid() {
        assertThat(Mappings.mayStore(LINES, 0xf000, PAGE)).isEmpty();
        assertThat(Mappings.mayStore(LINES, 0x13000, 13 * PAGE)).isEmpty();
        assertThat(Mappings.mayStore(LINES, 0x21000, PAGE)).isEmpty();
        assertThat(Mappings.mayStore(List.of(), 0x10000, PAGE)).isEmpty();
    }

    @Test
    void ofAProcessThatHasEndedNothingIsSaid() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();

        var pid = Math.toIntExact(process.pid());
        assertThat(Mappings.mayStore(pid, 0, Long.MAX_VALUE)).isEmpty();
    }
}
