// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
    private final DetachKeys keys = new DetachKeys();

    @Test
    void whatIsTypedIsTheProgramsCtrlCToo() {
        assertThat(program("ab\003\021c")).isEqualTo("ab\003\021c");
    }

    @Test
    void ctrlPCtrlQDetachesWhereverItIsSplit() {
        assertThat(program("x\020")).isEqualTo("x");

        var typed = take("\021rest");

        assertThat(typed.detached()).isTrue();
        assertThat(typed.bytes()).isEmpty();
    }

    @Test
    void ctrlPAndAnotherKeyAreTheProgramsInTheirOrder() {
        assertThat(program("\020")).isEmpty();
        assertThat(program("k\020\020")).isEqualTo("\020k\020");
        assertThat(take("\021").detached()).isTrue();
    }

    private String program(String typed) {
        var taken = take(typed);
        assertThat(taken.detached()).isFalse();
        return new String(taken.bytes(), StandardCharsets.US_ASCII);
    }

    private DetachKeys.Typed take(String typed) {
        var bytes = typed.getBytes(StandardCharsets.US_ASCII);
        return keys.take(bytes, bytes.length);
    }
}
