// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.model.HostPort;

/// A node that was removed and starts again as it was.
@Tag("long")
class RemovedNodeTest {
    private static final String GONE = "n3";
    private static final Duration SOON = Duration.ofMinutes(2);

    @Test
    void itLearnsThatItWasRemovedDisturbsNobodyAndMayJoinAgain() throws IOException {
        try (var cluster = Cluster.up(3)) {
            cluster.killNode(GONE);
            cluster.run("node", "fence", GONE, "--yes").require(0);
            cluster.run("node", "remove", GONE).require(0);
            var term = term(cluster);
            var settings = cluster.data(GONE).resolveSibling("krgd.toml");

            try (var agent =
                    cluster.installation().start("agent", "run", "--config", settings.toString())) {
                var api = cluster.member(GONE).api();
                Await.until(
                        "its health to say so",
                        SOON,
                        () ->
                                body(api, "/v1/health")
                                        .contains("node n3 was removed from the cluster"));
                assertThat(body(api, "/v1/nodes")).contains("\"exit\":13");
                assertThat(agent.await(SOON).require(13).err())
                        .contains("node n3 was removed from the cluster")
                        .contains("krg-admin cluster join");
            }
            cluster.installation().run("agent", "run", "--config", settings.toString()).require(13);
            assertThat(term(cluster)).isEqualTo(term);

            comeBack(cluster, settings);
            cluster.start(GONE);
            cluster.awaitReady();
            assertThat(term(cluster)).isEqualTo(term);
        }
    }

    /// Does what the remedy says.
    private static void comeBack(Cluster cluster, Path settings) throws IOException {
        var data = cluster.data(GONE);
        Files.move(data, data.resolveSibling("data.old"));
        Files.delete(settings);
        var token =
                cluster.run("cluster", "token", "create", "-o", "json")
                        .require(0)
                        .json()
                        .path("token")
                        .asText();
        cluster.run(
                        "cluster",
                        "join",
                        cluster.members().getFirst().api().toString(),
                        "--dev",
                        "--node",
                        GONE,
                        "--token",
                        token,
                        "--data",
                        data.toString(),
                        "--config",
                        settings.toString(),
                        "--listen",
                        cluster.member(GONE).api().toString())
                .require(0);
    }

    /// {@return what an agent answers, whatever the status; nothing when it does not}
    private static String body(HostPort api, String path) {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + api + path)).build();
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException silent) {
            return "";
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    private static long term(Cluster cluster) {
        return cluster.ask(cluster.members().getFirst(), "status").path("term").asLong();
    }
}
