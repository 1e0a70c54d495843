// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreePlaces.Directory;
import org.krg.checkpoint.model.TreeProcess;

final class PlacesScanTest {
    @TempDir private Path directory;

    @Test
    void theWorkingDirectoryAndTheNamesOfSocketsAreThoseOfTheProcess() throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("name")));

            var self = ProcessHandle.current().pid();
            var places = PlacesScan.of(tree(self, sockets(self)));

            assertThat(places.working())
                    .containsExactly(Map.entry(7, there(Path.of("").toAbsolutePath())));
            assertThat(places.sockets().values()).contains(there(directory));
        }
    }

    @Test
    void aDirectoryThatWasRemovedIsNone() throws IOException, InterruptedException {
        var gone = Files.createDirectory(directory.resolve("gone"));
        var process = new ProcessBuilder("sleep", "60").directory(gone.toFile()).start();
        try {
            Files.delete(gone);

            assertThat(PlacesScan.of(tree(process.pid(), List.of())).working()).isEmpty();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(PlacesScan.of(tree(process.pid(), List.of())).working()).isEmpty();
    }

    private static List<OpenFile> sockets(long pid) throws IOException {
        var found = new ArrayList<OpenFile>();
        try (var links = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (var link : links) {
                if (Files.exists(link) && UnixStat.type(link) == OpenFile.Type.SOCKET) {
                    found.add(socket(UnixStat.facts(link)));
                }
            }
        }
        return found;
    }

    private static OpenFile socket(FileFacts facts) {
        var target = "socket:[" + facts.inode() + "]";
        return new OpenFile(
                3, target, OpenFile.Type.SOCKET, true, true, false, OpenFile.Lock.NONE, facts);
    }

    private static ProcessTree tree(long pid, List<OpenFile> files) {
        var process =
                new TreeProcess(7, pid, 1, "app", 1, false, 0, 0, files, List.of(), List.of());
        return new ProcessTree(7, List.of(process), List.of(), List.of(), Optional.empty());
    }

    private static Directory there(Path path) throws IOException {
        var facts = UnixStat.facts(path);
        return new Directory(path.toString(), facts.device(), facts.inode());
    }
}
