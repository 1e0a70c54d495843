// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;
import org.krg.tools.http.Json;

/// The verbs about users and roles against an agent whose answers the test has written.
final class AccessVerbsTest {
    private static final String ANN = "{\"name\":\"ann\",\"roles\":[\"readers\",\"root\"]}";
    private static final String READERS =
            """
            {"name":"readers","permissions":[
             {"mode":"read","key":"app/","end":"app0"},
             {"mode":"write","key":"one","end":"one\\u0000"},
             {"mode":"read-write","key":"z","endless":true}]}
            """;

    /// Written by hand: the hash is that of `printf` and `sha256sum`.
    private static final String AUDIT =
            "continues "
                    + "0".repeat(64)
                    + "\n"
                    + "1\t2026-11-27T00:00:00Z\tann (uid 7)\tapi.sock\t201\tPOST /v1/users\t"
                    + "5cfcbe1acc17f21fc473a6ee01ba223bc116a8d86ebbdda2f16171a8f43c3703\n";

    private final Map<String, Part> answers = new LinkedHashMap<>();
    private final FakeAgent agent = new FakeAgent(this::answer);

    @AfterEach
    void close() {
        agent.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var asked = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        answers.getOrDefault(asked, error(404, "NOT_FOUND", 3)).play(exchange);
    }

    @Test
    void usersAreAddedGivenRolesAndDeleted() throws JsonProcessingException {
        answers.put("POST /v1/users", json(201, ANN));
        answers.put("POST /v1/users/ann/roles", json(200, ANN));
        answers.put("DELETE /v1/users/ann/roles/readers", json(200, ANN));
        answers.put("DELETE /v1/users/ann", json(200, "{\"name\":\"ann\"}"));

        assertThat(run("user", "add", "ann").err()).isEqualTo("there is a user ann\n");
        assertThat(run("user", "grant-role", "ann", "readers").exit()).isZero();
        assertThat(run("user", "revoke-role", "ann", "readers", "-o", "json").out())
                .contains("\"name\"");
        assertThat(run("user", "delete", "ann").exit()).isZero();

        assertThat(Json.parse(agent.asked().get(0).body()).path("name").asText()).isEqualTo("ann");
        assertThat(Json.parse(agent.asked().get(1).body()).path("role").asText())
                .isEqualTo("readers");
    }

    @Test
    void aUserIsShownWithWhatTheyMay() {
        answers.put("GET /v1/users", json(200, "{\"users\":[" + ANN + "]}"));
        answers.put("GET /v1/users/ann", json(200, ANN));
        answers.put("GET /v1/roles/readers", json(200, READERS));

        assertThat(run("user", "list").out()).contains("USER", "ann", "readers, root");
        assertThat(run("user", "show", "ann").out())
                .contains("read app/ up to, without, app0", "everything");
        assertThat(run("user", "show", "bob").exit()).isEqualTo(3);
    }

    @Test
    void aRoleIsGivenKeysInOneWay() throws JsonProcessingException {
        answers.put("POST /v1/roles/readers/permissions", json(200, READERS));
        answers.put("POST /v1/roles/readers/permissions/revoke", json(200, READERS));
        answers.put("GET /v1/roles/readers", json(200, READERS));
        answers.put("GET /v1/roles", json(200, "{\"roles\":[" + READERS + "]}"));

        assertThat(run("role", "grant", "readers", "app/", "--prefix").exit()).isZero();
        assertThat(run("role", "revoke", "readers", "a", "--to", "b").exit()).isZero();
        assertThat(run("role", "grant", "readers").exit()).isEqualTo(2);
        assertThat(run("role", "grant", "readers", "a", "--prefix", "--endless").exit())
                .isEqualTo(2);

        assertThat(Json.parse(agent.asked().get(0).body()))
                .isEqualTo(Json.parse("{\"key\":\"app/\",\"prefix\":true,\"mode\":\"read\"}"));
        assertThat(Json.parse(agent.asked().get(1).body()))
                .isEqualTo(Json.parse("{\"key\":\"a\",\"end\":\"b\"}"));
        assertThat(run("role", "show", "readers").out())
                .contains("write one\n", "read-write from z on");
        assertThat(run("role", "list").out()).contains("readers").contains("3");
    }

    @Test
    void permissionsAreMadeToCount() throws JsonProcessingException {
        var counts = "{\"enabled\":true,\"users\":1,\"roles\":2}";
        answers.put("GET /v1/auth", json(200, counts));
        answers.put("POST /v1/auth", json(200, counts));

        assertThat(run("auth", "enable").out()).contains("count").doesNotContain("not");
        assertThat(run("auth").exit()).isZero();
        assertThat(Json.parse(agent.asked().getFirst().body()))
                .isEqualTo(Json.parse("{\"enabled\":true}"));
    }

    @Test
    void mistakesAreToldBeforeAnybodyIsAsked() {
        for (var line : new String[] {"user add", "user make ann", "role show", "auth maybe"}) {
            assertThat(run(line.split(" ", -1)).exit()).describedAs(line).isEqualTo(2);
        }
        assertThat(run("user", "certificate", "../ann", "--out", "x").exit()).isEqualTo(2);
        assertThat(agent.asked()).isEmpty();
    }

    @Test
    void aNodesCertificateIsRenewed() {
        answers.put(
                "POST /v1/nodes/n2/certificate",
                json(200, "{\"name\":\"n2\",\"ends\":\"2027-11-27T00:00:00Z\"}"));
        assertThat(run("node", "cert", "renew", "n2").err()).contains("n2", "2027-11-27");
        assertThat(run("node", "cert", "burn", "n2").exit()).isEqualTo(2);
    }

    @Test
    void anAuditLogIsShownAndChecked(@TempDir Path data) throws IOException {
        assertThat(run("audit", "show", data.toString()).exit()).isEqualTo(3);
        var log = Files.createDirectories(data.resolve("audit")).resolve("audit-1.log");
        Files.writeString(log, AUDIT);

        var shown = run("audit", "show", data.toString());
        assertThat(shown.exit()).describedAs(shown.err()).isZero();
        assertThat(shown.out()).contains("ann (uid 7)", "POST /v1/users", "201").hasLineCount(2);
        assertThat(run("audit", "verify", data.toString()).out()).contains("1 entries");

        Files.writeString(log, AUDIT.replace("ann", "bob"));
        var changed = run("audit", "verify", data.toString());
        assertThat(changed.exit()).isEqualTo(11);
        assertThat(changed.err()).contains("line 1");
        assertThat(run("audit", "show", data.toString(), "--last", "0").exit()).isEqualTo(2);
    }

    @Test
    void aCertificateAndItsKeyAreWrittenOnce(@TempDir Path directory) throws IOException {
        answers.put(
                "POST /v1/certificates/user",
                json(201, "{\"certificate\":\"theirs\",\"authority\":\"its\"}"));
        var out = directory.resolve("keys");

        var first = run("user", "certificate", "ann", "--out", out.toString());
        assertThat(first.exit()).describedAs(first.err()).isZero();
        assertThat(out.resolve("ann.crt")).hasContent("theirs");
        assertThat(out.resolve("ca.crt")).hasContent("its");
        assertThat(out.resolve("ann.key")).content().startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(out.resolve("ann.key"))))
                .isEqualTo("rw-------");

        assertThat(run("user", "certificate", "ann", "--out", out.toString()).exit()).isEqualTo(5);
        assertThat(agent.asked()).hasSize(1);
    }

    private Cli.Result run(String... words) {
        return Cli.with(agent).run(words);
    }
}
