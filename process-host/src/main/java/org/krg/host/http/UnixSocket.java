// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the API listens besides TCP: a socket in the node's directory, which its owner and root
/// can connect to.
final class UnixSocket {
    private static final Logger log = LoggerFactory.getLogger(UnixSocket.class);

    /// `unix(7)`: sun_path has 108 bytes, the last one is zero.
    private static final int MOST_BYTES = 107;

    private UnixSocket() {}

    /// {@return the path to listen at, free of what an earlier agent left; empty where it cannot be
    /// listened at}
    static Optional<Path> prepare(Path data) {
        var path = data.resolve("api.sock").toAbsolutePath();
        try {
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
                log.warn("no unix socket: its path is too long path={}", path);
                return Optional.empty();
            }
            if (!Epoll.isAvailable()) {
                log.warn("no unix socket: no epoll cause={}", Epoll.unavailabilityCause());
                return Optional.empty();
            }
            Files.deleteIfExists(path);
            return Optional.of(path);
        } catch (IOException failure) {
            log.warn("no unix socket path={} reason={}", path, failure.toString());
            return Optional.empty();
        }
    }
}
