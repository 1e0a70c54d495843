// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.linux.Account;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;
import org.krg.pages.model.Attachment;
import org.krg.pages.model.Attachment.Mapping;

/// Real programs have a segment, and a node knows which.
class AttachmentsTest {
    @TempDir private Path directory;

    private final Agreement agreement = new Agreement();
    private PageNode one;
    private PageNode two;

    @BeforeEach
    void start() {
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        agreement.close();
    }

    @Test
    void aNodeKnowsItsOwnProcessesAndWhatTheyMap() {
        var ann = one.toucher();
        var bob = one.toucher();
        var other = two.toucher();

        assertThat(one.attachments())
                .extracting(Attachment::pid)
                .containsExactlyInAnyOrder(ann.pid(), bob.pid());
        assertThat(two.attachments()).extracting(Attachment::pid).containsExactly(other.pid());
        var attachment = of(ann);
        assertThat(attachment.uid()).isEqualTo(Account.ownUid());
        assertThat(attachment.handles()).isEqualTo(1);
        assertThat(attachment.threads()).isZero();
        assertThat(attachment.detached()).isFalse();
        assertThat(attachment.mappings()).hasSize(1);
        var mapping = attachment.mappings().getFirst();
        assertThat(mapping.first()).isZero();
        assertThat(mapping.pages()).isEqualTo(one.pages());
        assertThat(mapping.writable()).isEqualTo(Optional.of(true));
    }

    @Test
    void whoClosesItAndWhoEndsHasItNoMore() {
        var ann = one.toucher();
        var bob = one.toucher();
        var carl = one.toucher();

        assertThat(ann.ask("unmap")).isEqualTo("ok");
        bob.close();

        await().until(() -> one.attachments().size() == 1);
        assertThat(of(carl).handles()).isEqualTo(1);
    }

    @Test
    void aThreadThatSynchronisesIsNoHandle() {
        var ann = one.synchronising();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");

        assertThat(of(ann).threads()).isPositive();
        assertThat(of(ann).handles()).isEqualTo(1);
    }

    @Test
    void aProcessThatIsDetachedHasWhatItHadAndMapsNothing() throws Exception {
        var ann = one.toucher();

        one.detach(ann);

        assertThat(of(ann).detached()).isTrue();
        assertThat(of(ann).handles()).isEqualTo(1);
        assertThat(of(ann).mappings()).isEmpty();
        one.giveBack();
        await().until(() -> !of(ann).detached());
        assertThat(of(ann).handles()).isEqualTo(1);
        assertThat(of(ann).mappings()).extracting(Mapping::pages).containsExactly(one.pages());
    }

    private Attachment of(Toucher process) {
        return one.attachments().stream()
                .filter(it -> it.pid() == process.pid())
                .findFirst()
                .orElseThrow();
    }
}
