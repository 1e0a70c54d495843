// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.security.auth.module.UnixSystem;
import java.lang.foreign.MemoryLayout.PathElement;
import org.junit.jupiter.api.Test;

class AccountTest {
    @Test
    void aPasswdEntryIsLaidOutAsLibcDocuments() {
        assertThat(Account.PASSWD.byteSize()).isEqualTo(48);
        assertThat(Account.PASSWD.byteOffset(PathElement.groupElement("pw_uid"))).isEqualTo(16);
        assertThat(Account.PASSWD.byteOffset(PathElement.groupElement("pw_dir"))).isEqualTo(32);
    }

    @Test
    void rootIsFoundByNameAndByNumber() {
        var root = Account.find("root").orElseThrow();

        assertThat(root.uid()).isZero();
        assertThat(root.groups()).contains(0);
        assertThat(root.home()).isEqualTo("/root");
        assertThat(Account.find(0)).contains(root);
    }

    @Test
    void aUserThatDoesNotExistIsNotFound() {
        assertThat(Account.find("no-such-user-of-krg")).isEmpty();
        assertThat(Account.find(1_987_654_321)).isEmpty();
    }

    @Test
    void weKnowWhoWeAre() {
        assertThat(Account.ownUid()).isEqualTo((int) new UnixSystem().getUid());
    }
}
