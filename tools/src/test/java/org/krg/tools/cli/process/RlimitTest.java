// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.tools.cli.VerbFailed;
import picocli.CommandLine.TypeConversionException;

class RlimitTest {
    @Test
    void aLimitIsANumberASizeOrNone() {
        assertThat(Rlimit.parse("nofile=1024:4096")).isEqualTo(new Rlimit("nofile", 1024, 4096));
        assertThat(Rlimit.parse("fsize=1GiB")).isEqualTo(new Rlimit("fsize", 1L << 30, 1L << 30));
        assertThat(Rlimit.parse("stack=8M:unlimited")).isEqualTo(new Rlimit("stack", 8L << 20, -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nofile", "nofile=", "=7", "nofile=x", "nofile=1:2:3", "core=-2"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Rlimit.parse(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void noResourceIsLimitedTwice() {
        assertThat(all("core=0", "nofile=7:9"))
                .isEqualTo("{\"core\":{\"soft\":0,\"hard\":0},\"nofile\":{\"soft\":7,\"hard\":9}}");
        assertThatThrownBy(() -> all("core=0", "core=1"))
                .isInstanceOf(VerbFailed.class)
                .hasMessageContaining("--rlimit core is given twice");
    }

    private static String all(String... limits) {
        List<Rlimit> parsed = Stream.of(limits).map(Rlimit::parse).toList();
        return Rlimit.all(parsed).toString();
    }
}
