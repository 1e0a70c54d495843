// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.krg.host.daemon.UserKeys;
import org.krg.state.model.HostPort;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.http.Agents;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ClientConfig;
import picocli.CommandLine.Option;

/// How a verb finds its cluster: `--endpoint`, else `--dir`, else `KRG_ENDPOINT`, else `KRG_DIR`,
/// else the dev cluster made last, else an agent on this machine.
public final class ConnectionOptions {
    private static final Agents ANY_LOCAL_AGENT =
            new Agents(
                    List.of(new HostPort("127.0.0.1", 7440)),
                    "the address of an agent with preset settings, as no cluster is named and there is"
                            + " no dev cluster",
                    "krg-admin dev up makes a cluster on this machine; --endpoint HOST:PORT or"
                            + " KRG_ENDPOINT names an agent elsewhere");

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "an agent to ask; repeatable (KRG_ENDPOINT)")
    private List<String> endpoints = new ArrayList<>();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "the dev cluster in this directory (KRG_DIR; default: the last one made)")
    private @Nullable Path directory;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "for callers who are neither root nor the agent's user (KRG_TOKEN_FILE)")
    private @Nullable Path tokenFile;

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description = "whom to believe, for agents elsewhere (KRG_CACERT)")
    private @Nullable Path authority;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "your certificate; krg-admin user certificate makes one (KRG_CERT)")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "the key of --cert (KRG_KEY)")
    private @Nullable Path key;

    @Option(names = "--debug", description = "write a trace to a file and say where")
    private boolean debug;

    /// {@return a client of the cluster that the options and the environment name}
    public ApiClient open(Terminal terminal) {
        var agents = agents(terminal);
        var config = ClientConfig.of(agents);
        var secret = token(terminal);
        if (secret.isPresent()) {
            config = config.withToken(secret.get());
        }
        var tls = tls(terminal).or(() -> ofDev(agents, terminal));
        if (tls.isPresent()) {
            config = config.withTls(tls.get());
        } else {
            requireLoopback(agents);
        }
        return new ApiClient(debug ? config.withTrace(TraceFile.open(terminal)) : config);
    }

    private static void requireLoopback(Agents agents) {
        agents.endpoints().stream()
                .filter(endpoint -> !endpoint.isLoopback())
                .findFirst()
                .ifPresent(elsewhere -> {
                    throw new VerbFailed(
                            ExitCode.USAGE,
                            "%s is not on loopback: it is asked over TLS only".formatted(elsewhere),
                            "give --cacert, --cert and --key; root gets them on the agent's machine,"
                                    + " where no --endpoint is needed: krg-admin user certificate"
                                    + " NAME --admin --out DIR");
                });
    }

    private Agents agents(Terminal terminal) {
        return agents(terminal, DevDirectory::last);
    }

    Agents agents(Terminal terminal, Supplier<Optional<DevDirectory>> last) {
        if (!endpoints.isEmpty()) {
            return named(endpoints, "--endpoint");
        }
        var variable = terminal.variable("KRG_ENDPOINT");
        if (directory == null && variable.isPresent()) {
            return named(List.of(variable.get().split(",")), "KRG_ENDPOINT");
        }
        return dev(terminal, last).map(ConnectionOptions::ofDev).orElse(ANY_LOCAL_AGENT);
    }

    /// A dev cluster, and why it is asked.
    private record Dev(DevDirectory directory, String why) {}

    private Optional<Dev> dev(Terminal terminal, Supplier<Optional<DevDirectory>> last) {
        if (directory != null) {
            return Optional.of(new Dev(DevDirectory.at(directory), "the dev cluster of --dir"));
        }
        return terminal.variable("KRG_DIR")
                .map(path -> new Dev(DevDirectory.at(Path.of(path)), "the dev cluster of KRG_DIR"))
                .or(() ->
                        last.get()
                                .map(made -> new Dev(made, "the dev cluster made last, " + made)));
    }

    private static Agents named(List<String> texts, String by) {
        return new Agents(
                parsed(texts), "named by " + by, "see that an agent runs there, or name another");
    }

    /// {@return what is shown to agents that are all of the dev cluster at hand}
    private Optional<SSLContext> ofDev(Agents agents, Terminal terminal) {
        return dev(terminal, DevDirectory::last)
                .map(Dev::directory)
                .filter(DevDirectory::hasCluster)
                .filter(it -> it.endpoints().containsAll(agents.endpoints()))
                .flatMap(DevDirectory::tls);
    }

    private static Agents ofDev(Dev dev) {
        var directory = dev.directory();
        return new Agents(
                directory.endpoints(),
                dev.why(),
                ("krg-admin dev up --dir %s starts it, dev status --dir %s shows its nodes;"
                                + " --endpoint HOST:PORT asks another cluster")
                        .formatted(directory, directory));
    }

    /// {@return whether a cluster is named, rather than an agent of this machine tried}
    public boolean namesCluster(Terminal terminal) {
        return !endpoints.isEmpty()
                || directory != null
                || terminal.variable("KRG_ENDPOINT").isPresent()
                || terminal.variable("KRG_DIR").isPresent()
                || DevDirectory.last().isPresent();
    }

    private static List<HostPort> parsed(List<String> texts) {
        try {
            return texts.stream()
                    .map(text -> text.strip().replaceFirst("^https?://", "").replaceFirst("/$", ""))
                    .map(HostPort::parse)
                    .toList();
        } catch (IllegalArgumentException malformed) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "not an endpoint: " + malformed.getMessage(),
                    "name agents like 127.0.0.1:7440, several with commas between");
        }
    }

    private Optional<SSLContext> tls(Terminal terminal) {
        var files =
                Stream.of(
                                file(authority, "KRG_CACERT", terminal),
                                file(certificate, "KRG_CERT", terminal),
                                file(key, "KRG_KEY", terminal))
                        .flatMap(Optional::stream)
                        .toList();
        if (files.isEmpty() && !asksForTls(terminal)) {
            return Optional.empty();
        }
        if (files.size() < 3) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "TLS takes --cacert, --cert and --key, all three",
                    "krg-admin user certificate USER --out DIR writes them");
        }
        return Optional.of(UserKeys.context(files.get(0), files.get(1), files.get(2)));
    }

    private boolean asksForTls(Terminal terminal) {
        var named =
                endpoints.isEmpty()
                        ? terminal.variable("KRG_ENDPOINT").stream().toList()
                        : endpoints;
        return named.stream().anyMatch(text -> text.contains("https://"));
    }

    private static Optional<Path> file(@Nullable Path given, String variable, Terminal terminal) {
        return Optional.ofNullable(given).or(() -> terminal.variable(variable).map(Path::of));
    }

    private Optional<String> token(Terminal terminal) {
        return file(tokenFile, "KRG_TOKEN_FILE", terminal)
                .map(path -> {
                    try {
                        return Files.readString(path).strip();
                    } catch (IOException unreadable) {
                        throw new VerbFailed(
                                ExitCode.NOT_PERMITTED,
                                "cannot read the token file " + path,
                                "it is <data>/identity/token of an agent and belongs to the agent's user");
                    }
                });
    }
}
