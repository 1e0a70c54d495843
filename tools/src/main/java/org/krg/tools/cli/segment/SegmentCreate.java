// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `segment create`
@Command(
        footer = {
            "",
            "The segment is zeros, or what a file holds. Only programs of its owner, and root's, may map it, unless --access says who else.",
            "Pages that no living node has any more after the loss of a node are an error (SIGBUS), never zeros and never an older version.",
            "It may have up to 4 TiB, more than all nodes have memory: what nobody touches costs nothing. In all segments together",
            "262144 parts of 2 MiB can be touched; the first touch of another one is SIGBUS.",
            "",
            "How many nodes have a page is not chosen: one that writes it, or all that read it. --mode says what else knows whose it is.",
            "No mode keeps a second copy of what was written. What must outlive a node goes into a checkpoint of a parallel job,",
            "into a file (--file, with `segment sync`), or is a word, lock or semaphore of the segment, which the log keeps.",
            "",
            "A file is read and written by the agent of its node, with the rights of the user who makes the segment; nobody",
            "else should write to it meanwhile. What programs store is in the file after `segment sync`, `krg_segment_sync` or `segment destroy`,",
            "and not before. When its node is lost, pages that no other node has are an error in the mode async. In semisync",
            "and sync who needs a page from elsewhere waits until that node is there again, or is removed (`node remove`);",
            "then what nobody wrote is what the file holds, and what the lost node alone had written is an error.",
            "",
            "  krg-admin segment create grid --size 64M",
            "  krg-admin segment create sums --size 1M --mode sync",
            "  krg-admin segment create pool --size 1M --access 0660 --owner ann",
            "  krg-admin segment create table --file /srv/table.bin",
            "  krg-admin segment create ledger --file /srv/ledger.bin --mode sync",
            "  krg-admin segment create heap --file /srv/heap.bin --create --size 1G --on n2",
            "  krg-admin segment show grid"
        })
public final class SegmentCreate implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NAME", description = "what programs open it by")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description =
                    "how large it is, like 64M or 4T; rounded up to pages of 4 KiB. With --file as large as the file, which becomes longer, by a hole, if this is more")
    private @Nullable ByteSize size;

    @Option(
            names = "--file",
            paramLabel = "PATH",
            description = "a regular file that the segment is; from here, unless it begins with /")
    private @Nullable Path file;

    @Option(
            names = "--on",
            paramLabel = "NODE",
            description = "the node that the file is on (default: the one that is asked)")
    private @Nullable String node;

    @Option(
            names = "--access",
            paramLabel = "ACCESS",
            description =
                    "who may open it, octal as of a file: 0600 (the default) the owner, 0660 programs with the owner's primary group too, 0666 all. Who opens it reads and writes it")
    private @Nullable String access;

    @Option(
            names = "--owner",
            paramLabel = "USER",
            description =
                    "whose it is, a user of the node that is asked; root's to choose (default: the caller)")
    private @Nullable String owner;

    @Option(names = "--create", description = "make the file if it is not there")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private boolean create = false;

    /// What `--mode` may be.
    enum Mode {
        async,
        semisync,
        sync
    }

    @Option(
            names = "--mode",
            defaultValue = "async",
            paramLabel = "MODE",
            description = {
                "what knows of a page's next owner before the page is theirs (async):",
                "async: nothing, the log of the cluster is told within milliseconds;",
                "semisync: a second node, in its memory; the log is told behind;",
                "sync: the log. Each page that goes to another writer waits for an agreement of the"
                        + " nodes.",
                "When a home is lost, pages that nobody wrote are lost in async, and zeros (or what"
                        + " the file holds) still in sync and, if the second node lives, in"
                        + " semisync."
            })
    private Mode mode = Mode.async;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentCreate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = body();
        try (var client = connection.open(terminal)) {
            var created = client.post(ApiPath.of("segments"), body);
            output.print(terminal, created, () -> "");
            terminal.say(
                    "segment %s is there; krg-admin segment show %s shows it"
                            .formatted(name, name));
        }
        return ExitCode.OK;
    }

    private ObjectNode body() {
        var body = Json.object().put("name", name).put("ownership", mode.name());
        if (size != null) {
            body.put("sizeBytes", size.bytes());
        }
        if (access != null) {
            body.put("mode", access);
        }
        if (owner != null) {
            body.put("owner", owner);
        }
        if (file == null) {
            if (node != null || create) {
                throw usage("--on and --create are about a file", "say which by --file");
            }
            if (size == null) {
                throw usage("how large is it?", "say so by --size, or name a file by --file");
            }
            return body;
        }
        body.put("file", file.toAbsolutePath().toString());
        if (node != null) {
            body.put("node", node);
        }
        return create ? body.put("create", true) : body;
    }

    private static VerbFailed usage(String what, String remedy) {
        return new VerbFailed(ExitCode.USAGE, what, remedy);
    }
}
