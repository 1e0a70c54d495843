// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.tools.cli.Cli;
import org.krg.tools.cli.ExitCode;

/// What `dev cut` refuses, and which addresses nodes with networks of their own have. That it parts
/// them is seen by `SeparateNetworksTest`.
class DevCutsTest {
    private static final UUID ID = UUID.fromString("270ef3e1-e27e-44c7-98ed-fb2653ba2ac7");

    @TempDir private Path temporary;
    private DevDirectory directory;

    @BeforeEach
    void makeDirectory() {
        directory = DevDirectory.at(temporary);
    }

    @Test
    void nodesThatShareTheMachinesNetworkCannotBeParted() throws Exception {
        write(false);

        var refused = dev("cut", "n1");

        assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(refused.err()).contains("share the network", "--separate-networks");
        assertThat(dev("mend").exit()).isEqualTo(ExitCode.CONFLICT);
    }

    @Test
    void aNodeIsNotPartedFromItselfNorFromNobody() throws Exception {
        write(true);

        for (var line :
                List.of(
                        List.of("n1", "--from", "n1,n2"),
                        List.of("n1", "n2", "n3"),
                        List.of("n1", "--percent", "0"),
                        List.of("n1", "--percent", "101"))) {
            var refused = dev("cut", line.toArray(String[]::new));
            assertThat(refused.exit()).as("%s", line).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void nodesThatAreNotThereAreNamed() throws Exception {
        write(true);

        assertThat(dev("cut", "n9").err()).contains("no node n9", "n1, n2, n3");
        assertThat(dev("cut", "n1", "--from", "n9").err()).contains("no node n9");
    }

    @Test
    void nodesThatDoNotRunHaveNoNetworkToCut() throws Exception {
        write(true);

        for (var verb : List.of(dev("cut", "n1"), dev("mend"))) {
            assertThat(verb.exit()).isEqualTo(ExitCode.CONFLICT);
            assertThat(verb.err()).contains("do not run", "krg-admin dev up");
        }
    }

    @Test
    void whatAClusterWithNetworksConsistsOfIsReadBack() throws Exception {
        var cluster = write(true);

        assertThat(directory.cluster()).isEqualTo(cluster);
        assertThat(directory.endpoints())
                .hasToString("[10.166.199.1:7440, 10.166.199.2:7440, 10.166.199.3:7440]");
        assertThat(DevNetwork.of(cluster).mac("n3")).isEqualTo("02:6b:72:67:01:03");
    }

    private DevCluster write(boolean separate) throws Exception {
        var nodes =
                IntStream.rangeClosed(1, 3)
                        .mapToObj(n -> new DevNode("n" + n, true, DevNetwork.addresses(ID, n)))
                        .toList();
        var cluster = new DevCluster(ID, "dev-270ef3e1", separate, nodes);
        directory.write(cluster);
        return cluster;
    }

    private Cli.Result dev(String verb, String... line) {
        var words = new ArrayList<>(List.of("dev", verb));
        words.addAll(List.of(line));
        words.addAll(List.of("--dir", directory.toString()));
        return new Cli().run(words.toArray(String[]::new));
    }
}
