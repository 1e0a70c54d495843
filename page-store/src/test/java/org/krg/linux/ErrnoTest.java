// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void aFailureSaysItsName() {
        assertThat(new LinuxException("open(/x)", Errno.ENOENT)).hasMessage("open(/x): ENOENT");
        assertThat(new Errno(4095)).hasToString("errno 4095");
    }
}
