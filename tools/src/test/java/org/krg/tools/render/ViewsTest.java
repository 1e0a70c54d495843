// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// The text of every view, letter by letter.
final class ViewsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T17:00:00Z");

    private static final String RUNNING =
            """
            {"id":7,"target":"heat/0","job":"heat","phase":"running","node":"n1","user":"ann","restarts":1,
             "cpuMillis":1500,"memoryBytes":67108864,"since":"2026-11-26T16:50:00Z","command":["./heat","4096","a b"],
             "lastCheckpoint":{"id":"7.12","number":12,"taken":"2026-11-26T16:59:55Z"}}
            """;

    private static final String ENDED =
            """
            {"id":12,"target":"bc/0","job":"bc","phase":"ended","node":"n2","user":"root","restarts":0,
             "cpuMillis":100,"memoryBytes":1610612736,"since":"2026-11-25T12:00:00Z","command":["bc","-l\\n"],
             "outcome":{"kind":"signaled","signal":9,"exitCode":137,"cpuSeconds":12.34,"maxMemoryBytes":104857600}}
            """;

    @Test
    void processes() {
        assertThat(Processes.table(list(RUNNING, ENDED), NOW, true))
                .isEqualTo(
                        """
                        ID  TARGET  STATE           NODE  USER  CPUS   MEMORY  SINCE  RESTARTS  CHECKPOINT  COMMAND
                         7  heat/0  running         n1    ann    1.5   64 MiB    10m         1  7.12 (5s)   ./heat 4096 'a b'
                        12  bc/0    killed by KILL  n2    root   0.1  1.5 GiB     1d         0  -           bc '-l\\n'
                        """);
    }

    @Test
    void tablesWithoutTheirFirstLine() {
        assertThat(Processes.table(list(RUNNING), NOW, false))
                .startsWith("7  heat/0  running")
                .hasLineCount(1);
        assertThat(Processes.table(list(), NOW, false)).isEmpty();
    }

    @Test
    void theEndOfAProcess() {
        assertThat(Processes.ending(tree(ENDED)))
                .isEqualTo("killed by KILL (cpu 12.3 s, at most 100 MiB of memory)");
        assertThat(
                        Processes.ending(
                                tree(
                                        """
                                        {"outcome":{"kind":"not-started","code":127,"reason":"no such file"}}
                                        """)))
                .isEqualTo("not started: no such file");
    }

    @Test
    void jobs() {
        var job =
                """
                {"id":3,"name":"heat","state":"ended","exitCode":2,"submitted":"2026-11-26T14:40:00Z","owner":"ann",
                 "command":["./heat"],"processes":[{"node":"n1"},{"node":"n3"}]}
                """;

        assertThat(Jobs.table(list(job), NOW, true))
                .isEqualTo(
                        """
                        ID  JOB   STATE          NODES  OWNER  SUBMITTED  COMMAND
                         3  heat  ended, exit 2  n1 n3  ann        2h20m  ./heat
                        """);
    }

    @Test
    void oneJob() {
        var job =
                """
                {"id":3,"name":"heat","state":"running","submitted":"2026-11-26T14:40:00.123Z","owner":"ann",
                 "command":["./heat","4096"],"processes":[%s],
                 "spec":{"executable":"/home/ann/heat","workingDirectory":"/home/ann","user":"ann","cpuMillis":2000,
                  "memoryBytes":1073741824,"limits":{"cpuMillis":0,"memoryBytes":2147483648,"processes":64},
                  "restart":{"when":"on-failure","max":5,"backOffSeconds":1},"recovery":"checkpoint-then-start",
                  "checkpoint":{"engine":"criu","everySeconds":5,"copies":2,"fileLimitBytes":1073741824,"keep":2,
                                "ownDirectory":"/data/heat"},
                  "onPartition":"stop","onlyOn":["n1","n2"]}}
                """
                        .formatted(RUNNING);

        assertThat(Jobs.sheet(tree(job), NOW, true))
                .isEqualTo(
                        """
                        job           heat (3)
                        state         running
                        command       ./heat 4096
                        executable    /home/ann/heat
                        directory     /home/ann
                        runs as       ann
                        submitted     2026-11-26T14:40:00Z by ann
                        reserves      2 cpu, 1 GiB
                        limits        2 GiB, 64 processes
                        restart       on-failure, at most 5, after 1.00 s
                        recovery      checkpoint-then-start
                        checkpoints   every 5.00 s, engine criu, 2 copies, the last 2 kept, files up to 1 GiB, with all of /data/heat
                        on partition  stop
                        only on       n1 n2

                        ID  TARGET  STATE    NODE  USER  CPUS  MEMORY  SINCE  RESTARTS  CHECKPOINT  COMMAND
                         7  heat/0  running  n1    ann    1.5  64 MiB    10m         1  7.12 (5s)   ./heat 4096 'a b'
                        """);
    }

    @Test
    void checkpoints() {
        var checkpoint =
                """
                {"id":"7.12","process":7,"job":"heat","number":12,"epoch":2,"copies":["n1","n3"],"imageBytes":12582912,
                 "storedBytes":1049600,"frozenMillis":45,"taken":"2026-11-26T16:59:00Z","good":true,"restoreFailures":1,
                 "pinned":true,"manifest":"ab12","localOnly":false}
                """;
        var manifest =
                """
                {"engine":"criu","stdoutBytes":100,"stderrBytes":0,"parts":[{"kind":"image","name":"core-300.img","bytes":2048}],
                 "facts":[{"name":"engine","value":"4.2"},{"name":"needs","value":"/bin/a"},{"name":"needs","value":"/bin/b"}]}
                """;

        assertThat(Checkpoints.table(list(checkpoint), NOW, true))
                .isEqualTo(
                        """
                        ID    JOB   EPOCH  TAKEN    SIZE   STORED  FROZEN  COPIES  STATE
                        7.12  heat      2     1m  12 MiB  1.0 MiB   45 ms  n1 n3   good, pinned, 1 failed restore
                        """);
        assertThat(Checkpoints.sheet(tree(checkpoint), tree(manifest), true))
                .isEqualTo(
                        """
                        checkpoint  7.12
                        job         heat
                        epoch       2
                        taken       2026-11-26T16:59:00Z
                        frozen      45 ms
                        size        12 MiB, 1.0 MiB stored for it
                        copies      n1 n3
                        state       good, pinned, 1 failed restore
                        engine      criu 4.2
                        output      100 bytes of stdout, 0 of stderr
                        manifest    ab12
                        needs       /bin/a
                                    /bin/b

                        PART   NAME           SIZE
                        image  core-300.img  2 KiB
                        """);
    }

    @Test
    void nodes() {
        var node =
                """
                {"name":"n1","state":"ready","role":"voter","leader":true,"api":"127.0.0.1:7440","raft":"127.0.0.1:7441",
                 "peer":"127.0.0.1:7443","incarnation":1,"cpuMillis":2000,"memoryBytes":8589934592,"reservedCpuMillis":100,
                 "reservedMemoryBytes":67108864,"processes":1,"architecture":"x86_64","kernel":"6.18.5","criu":"4.2",
                 "engines":["criu","restart"],"notes":["no memory limits: cgroup v1","second"],"since":"2026-11-26T16:00:00Z"}
                """;

        assertThat(Nodes.table(list(node), NOW, true))
                .isEqualTo(
                        """
                        NODE  STATE  ROLE     CPUS        MEMORY  PROCESSES  ENGINES       CRIU  API             SINCE
                        n1    ready  leader  0.1/2  64 MiB/8 GiB          1  criu restart  4.2   127.0.0.1:7440     1h
                        """);
        assertThat(Nodes.sheet(tree(node)))
                .isEqualTo(
                        """
                        node         n1
                        state        ready since 2026-11-26T16:00:00Z
                        role         leader
                        incarnation  1
                        api          127.0.0.1:7440
                        raft         127.0.0.1:7441
                        peer         127.0.0.1:7443
                        cpus         0.1/2 reserved
                        memory       64 MiB/8 GiB reserved
                        processes    1
                        machine      x86_64, Linux 6.18.5
                        criu         4.2
                        engines      criu restart
                        notes        no memory limits: cgroup v1
                                     second
                        """);
    }

    @Test
    void theCluster() {
        var status =
                """
                {"cluster":{"id":"u-1","name":"lab"},"node":"n2","leader":"n1","term":4,"appliedIndex":90,"commitIndex":91,
                 "members":[{"node":"n1","peerId":"n1.1","role":"leader","matchIndex":91},{"node":"n2","peerId":"n2.1","role":"follower"}]}
                """;

        assertThat(Cluster.status(tree(status), true))
                .isEqualTo(
                        """
                        cluster  lab (u-1)
                        leader   n1
                        term     4
                        log      applied 90 of 91 committed, as n2 sees it

                        NODE  ROLE      PEER  MATCHES
                        n1    leader    n1.1       91
                        n2    follower  n2.1        -
                        """);
    }

    @Test
    void doctors() {
        var able =
                """
                {"node":"n1","notes":["a","b"],"limits":["cpu: none"],"engines":["criu"],"criu":"4.2","selfTest":"passed","signs":true}
                """;
        var silent = "{\"node\":\"n2\",\"problem\":\"no agent answers\"}";

        assertThat(Cluster.doctor(list(able, silent)))
                .isEqualTo(
                        """
                        node       n1
                        engines    criu
                        criu       4.2
                        self-test  passed
                        signs      certificates
                        limits     cpu: none
                        notes      a
                                   b

                        node     n2
                        problem  no agent answers
                        """);
    }

    @Test
    void hashes() {
        var nodes =
                list(
                        "{\"node\":\"n1\",\"appliedIndex\":90,\"digest\":\"ab\"}",
                        "{\"node\":\"n2\",\"problem\":\"no agent answers\"}");

        assertThat(Cluster.hashes(nodes, true))
                .isEqualTo(
                        """
                        NODE  APPLIED  DIGEST
                        n1         90  ab
                        n2          -  no agent answers
                        """);
    }

    @Test
    void events() {
        var event =
                """
                {"revision":812,"ordinal":0,"type":"process.ended","target":"heat/0","node":"n1","detail":"exit 0"}
                """;

        assertThat(Events.header() + Events.line(tree(event)))
                .isEqualTo(
                        """
                        REVISION  TYPE                    TARGET            NODE      DETAIL
                             812  process.ended           heat/0            n1        exit 0
                        """);
    }

    @Test
    void jsonAndYaml() {
        var data = tree("{\"name\":\"n1\",\"count\":3,\"text\":\"3\",\"list\":[\"a\"]}");

        assertThat(Trees.jsonLine(data))
                .isEqualTo("{\"name\":\"n1\",\"count\":3,\"text\":\"3\",\"list\":[\"a\"]}\n");
        assertThat(Trees.yaml(data))
                .isEqualTo(
                        """
                        name: n1
                        count: 3
                        text: "3"
                        list:
                        - a
                        """);
        assertThat(Trees.yamlDocument(data)).startsWith("---\nname: n1\n");
        assertThat(Trees.json(data)).startsWith("{\n  \"name\" : \"n1\"");
    }

    private static JsonNode list(String... items) {
        return tree("[" + String.join(",", items) + "]");
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException broken) {
            throw new AssertionError(broken);
        }
    }
}
