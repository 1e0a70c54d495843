// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.krg.state.Subcommand;

class BenchPagesCommandTest {
    private static final Path TOUCH =
            Path.of(System.getProperty("krg.root"), "target/native/krg-touch");

    @Test
    void allKindsOfFaultsAreTimed() throws Exception {
        var report = Measurement.run(TOUCH, 512);

        assertThat(report.latencies()).hasSize(5).allMatch(it -> it.p50Micros() > 0);
        assertThat(report.table()).contains("remote read fault / that");
        assertThat(report.json()).startsWith("{\"processors\":").contains("\"remoteReadToAim\":");
    }

    @Test
    void itIsFoundByItsName() {
        assertThat(ServiceLoader.load(Subcommand.class))
                .anyMatch(it -> it.path().equals("bench pages"));
    }

    @Test
    void tooFewPagesAreRefused() {
        assertThat(new BenchPagesCommand().run(List.of("--pages", "3"))).isEqualTo(2);
    }
}
