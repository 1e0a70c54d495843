// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.testkit.Samples;

/// Changes of who the members are that are asked for again, by whoever got no answer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class MembersApiTest {
    @TempDir static Path directory;

    private ApiFixture api;

    @BeforeAll
    void start() {
        api = ApiFixture.start(directory, 5);
        for (var node : List.of("n3", "n4", "n5")) {
            api.register(node, new HostPort("127.0.0.1", 1));
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aRemovalThatWasInterruptedIsGoneOnWith() {
        var gone = new NodeId(followers("n4", "n5").getFirst());
        var path = "/v1/nodes/" + gone;
        api.end(gone);
        api.propose(new DeclareNodeLost(gone, 1, Samples.START));
        // As far as a leader came that ended then.
        api.propose(new RemoveNode(gone));
        assertThat(roles("voter")).contains(gone.name());

        var removed = api.delete(path, "Krg-Request", "31:1");

        assertThat(removed.status()).describedAs("%s", removed.body()).isEqualTo(200);
        assertThat(removed.text("/name")).isEqualTo(gone.name());
        assertThat(roles("voter")).doesNotContain(gone.name());
        assertThat(api.delete(path).status()).isEqualTo(404);
        assertThat(api.delete("/v1/nodes/No").status()).isEqualTo(404);
    }

    @Test
    void aChangeOfTheVotersThatIsMadeIsWhatARepeatedRequestAskedFor() {
        var node = followers("n2", "n3").getFirst();
        var demote = "{\"demote\":[\"%s\"]}".formatted(node);
        var promote = "{\"promote\":[\"%s\"]}".formatted(node);
        for (var time = 0; time < 2; time++) {
            var demoted = api.post("/v1/voters", demote, "Krg-Request", "32:1");
            assertThat(demoted.status()).describedAs("%s", demoted.body()).isEqualTo(200);
            assertThat(roles("listener")).containsExactly(node);
        }
        for (var time = 0; time < 2; time++) {
            var promoted = api.post("/v1/voters", promote, "Krg-Request", "32:2");
            assertThat(promoted.status()).describedAs("%s", promoted.body()).isEqualTo(200);
            assertThat(roles("listener")).isEmpty();
        }
        assertThat(api.get("/v1/nodes/" + node).body().path("demoted").asBoolean()).isFalse();
    }

    /// {@return those of the nodes that do not lead}
    private List<String> followers(String... nodes) {
        var leader = api.get("/v1/status").text("/leader");
        return List.of(nodes).stream().filter(node -> !node.equals(leader)).toList();
    }

    private List<String> roles(String role) {
        return StreamSupport.stream(members().spliterator(), false)
                .filter(member -> member.path("role").asText().equals(role))
                .map(member -> member.path("node").asText())
                .toList();
    }

    private JsonNode members() {
        return api.get("/v1/status").body().path("members");
    }
}
