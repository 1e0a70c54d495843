// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.json;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.tools.cli.Cli;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;

class SegmentAttachmentsTest {
    private static final String GRID = "{\"id\":31,\"name\":\"grid\"}";
    private static final String ATTACHED =
            """
            {"segment":"grid","id":31,"attached":[
             {"pid":41,"uid":1000,"gid":1000,"user":"ann","command":"./heat a\\nb","process":7,"target":"heat/0",
              "handles":2,"threads":1,"detached":false,"mappings":[
               {"address":"0x7f00","page":0,"pages":16,"offset":0,"bytes":65536,"writable":true},
               {"address":"0x8f00","page":512,"pages":1,"offset":2097152,"bytes":4096,"writable":false}]},
             {"pid":42,"uid":1234,"gid":1234,"command":"","handles":1,"threads":0,"detached":true,"mappings":[]},
             {"pid":43,"uid":0,"gid":0,"user":"root","command":"dd","handles":1,"threads":0,"detached":false,
              "mappings":[{"address":"0x7f00","page":3,"pages":2,"offset":12288,"bytes":8192}]}]}
            """;

    private final Map<String, Part> answers = new LinkedHashMap<>();
    private final FakeAgent agent = new FakeAgent(this::answer);
    private final FakeAgent other = new FakeAgent(this::answer);

    @AfterEach
    void close() {
        agent.close();
        other.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        var known = answers.get(path.replaceAll("\\?.*", ""));
        (known == null ? error(404, "NOT_FOUND", 3) : known).play(exchange);
    }

    private void attached() {
        answers.put("GET /v1/segments/grid", json(200, GRID));
        answers.put("GET /v1/segments/31/attached", json(200, ATTACHED));
        answers.put(
                "GET /v1/nodes",
                json(
                        200,
                        "{\"nodes\":[{\"name\":\"n1\",\"api\":\"%s\"},{\"name\":\"n2\",\"api\":\"%s\"}]}"
                                .formatted(agent.address(), other.address())));
    }

    @Test
    void everyProcessIsALine() {
        attached();

        var shown = Cli.with(agent).run("segment", "attach-info", "grid");

        assertThat(shown.exit()).isZero();
        assertThat(shown.out()).hasLineCount(7).doesNotContain("a\nb");
        assertThat(shown.out().lines().toList().get(1))
                .startsWith("n1")
                .containsSubsequence(
                        "41", "ann (1000)", "heat/0", "2", "1", "pages 0-15 rw, pages 512-512 r-");
        assertThat(shown.out().lines().toList().get(2)).containsSubsequence("42", "1234", "-");
        assertThat(shown.out().lines().toList().get(2)).contains("detached");
        assertThat(shown.out().lines().toList().get(3)).contains("pages 3-4 r?");
        assertThat(shown.out().lines().toList().get(4)).startsWith("n2");
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        attached();
        other.close();

        var text = Cli.with(agent).run("segment", "attach-info", "grid");
        var json = Cli.with(agent).run("segment", "attach-info", "grid", "-o", "json");

        assertThat(text.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(text.out()).hasLineCount(4);
        assertThat(text.err()).contains("node n2 did not answer");
        assertThat(json.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(json.out()).containsSubsequence("attached", "silent", "\"n2\"", "problem");
    }

    @Test
    void aSegmentThatIsNotThereIsSaidOnce() {
        var missing = Cli.with(agent).run("segment", "attach-info", "none");

        assertThat(missing.exit()).isEqualTo(3);
    }
}
