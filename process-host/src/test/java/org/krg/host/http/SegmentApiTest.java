// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.linux.Account;

@ExtendWith(SharedApi.class)
final class SegmentApiTest {
    private final ApiFixture api;

    SegmentApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void aSegmentIsThereUntilItIsDestroyed() {
        var before = api.get("/v1/segments").number("/revision");
        var created = api.post("/v1/segments", "{\"name\":\"grid\",\"sizeBytes\":67108864}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("/name")).isEqualTo("grid");
        assertThat(created.number("/sizeBytes")).isEqualTo(64 << 20);
        assertThat(created.number("/blocks")).isEqualTo(32);
        assertThat(created.number("/touchedBlocks")).isZero();
        assertThat(created.body().path("owner").asText()).isNotEmpty();
        assertThat(api.get("/v1/segments/grid").text("/id")).isEqualTo(created.text("/id"));
        assertThat(api.get("/v1/segments/" + created.text("/id")).text("/name")).isEqualTo("grid");
        assertThat(api.get("/v1/segments").body().path("segments").findValuesAsText("name"))
                .contains("grid");

        assertThat(api.delete("/v1/segments/grid").text("/name")).isEqualTo("grid");

        assertThat(api.get("/v1/segments/grid").status()).isEqualTo(404);
        assertThat(api.delete("/v1/segments/grid").text("/error/code")).isEqualTo("NOT_FOUND");
        var events = api.get("/v1/events?after=" + before).body().path("events");
        assertThat(events.findValuesAsText("type"))
                .contains("segment.created", "segment.destroyed");
    }

    @Test
    void aSizeIsRoundedUpToWholePages() {
        var created = api.post("/v1/segments", "{\"name\":\"odd\",\"sizeBytes\":4097}");

        assertThat(created.number("/sizeBytes")).isEqualTo(8_192);
        assertThat(created.number("/blocks")).isEqualTo(1);
    }

    @Test
    void aSegmentSaysWhatHasToKnowOfAPagesNextOwner() {
        var created =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"sums\",\"sizeBytes\":4096,\"ownership\":\"semisync\"}");
        assertThat(created.text("/ownership")).isEqualTo("semisync");
        assertThat(api.get("/v1/segments/sums").text("/ownership")).isEqualTo("semisync");
        api.post("/v1/segments", "{\"name\":\"usual\",\"sizeBytes\":4096}");
        assertThat(api.get("/v1/segments/usual").text("/ownership")).isEqualTo("async");

        var wrong =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"other\",\"sizeBytes\":4096,\"ownership\":\"SYNC\"}");
        assertThat(wrong.status()).isEqualTo(400);
    }

    @Test
    void aSegmentGrowsAndDoesNotShrink() {
        api.post("/v1/segments", "{\"name\":\"growing\",\"sizeBytes\":4096}");

        var grown = api.post("/v1/segments/growing/resize", "{\"sizeBytes\":8193}");
        assertThat(grown.status()).isEqualTo(200);
        assertThat(grown.number("/sizeBytes")).isEqualTo(12_288);
        assertThat(api.get("/v1/segments/growing").number("/sizeBytes")).isEqualTo(12_288);

        var shrunk = api.post("/v1/segments/growing/resize", "{\"sizeBytes\":4096}");
        assertThat(shrunk.status()).isEqualTo(400);
        assertThat(shrunk.text("/error/message")).contains("12288 bytes and does not shrink");
        assertThat(api.post("/v1/segments/growing/resize", "{}").status()).isEqualTo(400);
        assertThat(api.post("/v1/segments/nobody/resize", "{\"sizeBytes\":8192}").status())
                .isEqualTo(404);
    }

    @Test
    void aFileIsNotLookedAtForASegmentThatIsRefused() {
        api.post("/v1/segments", "{\"name\":\"has-name\",\"sizeBytes\":4096}");

        var taken =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"has-name\",\"file\":\"/srv/x\",\"sizeBytes\":8192,\"create\":true}");
        assertThat(taken.status()).isEqualTo(409);
        var large =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"large\",\"file\":\"/srv/x\",\"sizeBytes\":%d}"
                                .formatted(5L << 40));
        assertThat(large.status()).isEqualTo(400);
        var free =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"free\",\"file\":\"/srv/x\",\"sizeBytes\":8192}");
        assertThat(free.text("/error/message")).isEqualTo("no shared memory");
    }

    @Test
    void aNodeSaysWhoHasASegment() {
        var created = api.post("/v1/segments", "{\"name\":\"alone\",\"sizeBytes\":4096}");

        var attached = api.get("/v1/segments/alone/attached");

        assertThat(attached.status()).isEqualTo(200);
        assertThat(attached.text("/segment")).isEqualTo("alone");
        assertThat(attached.text("/id")).isEqualTo(created.text("/id"));
        assertThat(attached.body().path("attached").isArray()).isTrue();
        assertThat(attached.body().path("attached")).isEmpty();
        assertThat(api.get("/v1/segments/nobody/attached").status()).isEqualTo(404);
    }

    @Test
    void aSegmentIsItsOwnersUntilItIsSaidWhoseElse() {
        var alone = api.post("/v1/segments", "{\"name\":\"mine\",\"sizeBytes\":4096}");
        var shared =
                api.post(
                        "/v1/segments", "{\"name\":\"ours\",\"sizeBytes\":4096,\"mode\":\"0660\"}");

        assertThat(alone.text("/mode")).isEqualTo("0600");
        assertThat(shared.text("/mode")).isEqualTo("0660");
        var opened = api.post("/v1/segments/mine/access", "{\"mode\":\"666\"}");
        assertThat(opened.status()).isEqualTo(200);
        assertThat(opened.text("/mode")).isEqualTo("0666");
        assertThat(api.post("/v1/segments/mine/access", "{\"mode\":\"0666\"}").status())
                .isEqualTo(200);
        assertThat(api.get("/v1/segments/mine").text("/mode")).isEqualTo("0666");
        assertThat(api.post("/v1/segments/nobody/access", "{\"mode\":\"0666\"}").status())
                .isEqualTo(404);
    }

    @Test
    void onlyRootMakesASegmentForAnother() {
        var made =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"given\",\"sizeBytes\":4096,\"owner\":\"nobody\"}");
        var unknown =
                api.post(
                        "/v1/segments",
                        "{\"name\":\"lent\",\"sizeBytes\":4096,\"owner\":\"no-such-user\"}");

        if (Account.ownUid() == 0) {
            assertThat(made.status()).isEqualTo(201);
            assertThat(made.text("/owner")).isEqualTo("nobody");
            assertThat(unknown.status()).isEqualTo(404);
        } else {
            assertThat(made.status()).isEqualTo(403);
            assertThat(unknown.status()).isEqualTo(403);
        }
    }

    @Test
    void anAccessThatWouldLetNobodyInIsRefused() {
        api.post("/v1/segments", "{\"name\":\"closed\",\"sizeBytes\":4096}");

        for (var mode :
                List.of("0640", "0604", "0666x", "0066", "0770", "777", "01666", "0688", "")) {
            var refused =
                    api.post("/v1/segments/closed/access", "{\"mode\":\"%s\"}".formatted(mode));
            assertThat(refused.status()).as(mode).isEqualTo(400);
            assertThat(refused.text("/error/message")).contains("mode");
        }
        assertThat(api.post("/v1/segments/closed/access", "{}").status()).isEqualTo(400);
        assertThat(api.get("/v1/segments/closed").text("/mode")).isEqualTo("0600");
    }

    @Test
    void aSegmentHasANameAndASizeOfItsOwn() {
        api.post("/v1/segments", "{\"name\":\"twice\",\"sizeBytes\":4096}");

        var again = api.post("/v1/segments", "{\"name\":\"twice\",\"sizeBytes\":4096}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("/error/remedy")).contains("choose another name");
        assertThat(api.post("/v1/segments", "{\"name\":\"none\"}").status()).isEqualTo(400);
        assertThat(api.post("/v1/segments", "{\"sizeBytes\":4096}").status()).isEqualTo(400);
        assertThat(
                        api.post("/v1/segments", "{\"name\":\"a/b\",\"sizeBytes\":4096}")
                                .text("/error/code"))
                .isEqualTo("USAGE");
        assertThat(api.post("/v1/segments", "{\"name\":\"z\",\"sizeBytes\":0}").status())
                .isEqualTo(400);
    }
}
