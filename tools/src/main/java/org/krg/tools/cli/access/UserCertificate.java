// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.UserKeys;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.DurationText;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `user certificate`
@Command(
        footer = {
            "",
            "The key is made here and never leaves this machine. Clients of etcd use the files:",
            "",
            "  krg-admin user certificate ann --out keys",
            "  etcdctl --endpoints https://127.0.0.1:7440 --cacert keys/ca.crt \\",
            "    --cert keys/ann.crt --key keys/ann.key get --prefix app/"
        })
public final class UserCertificate implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "USER", description = "whom the certificate names")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String user = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "where USER.crt, USER.key and ca.crt are written; none is overwritten")
    private Path directory = Path.of("");

    @Option(names = "--admin", description = "an administrator's, who may everything")
    private boolean admin;

    @Option(
            names = "--life",
            paramLabel = "DURATION",
            description = "how long it lasts (default: 90d)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String life = "90d";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public UserCertificate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var keys = UserKeys.make(user, directory);
        var seconds = BigDecimal.valueOf(DurationText.parse(life).toMillis(), 3);
        var body =
                Json.object()
                        .put("user", user)
                        .put("request", keys.request())
                        .put("admin", admin)
                        .put("lifeSeconds", seconds);
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("certificates", "user"), body);
            keys.write(reply.path("certificate").asText(), reply.path("authority").asText());
        }
        terminal.say("wrote %s.crt, %s.key and ca.crt to %s".formatted(user, user, directory));
        return ExitCode.OK;
    }
}
