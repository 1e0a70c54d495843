// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.OpenFile;

/// `stat(2)` by way of the JDK's `unix` view, which follows the links of `/proc` to objects that
/// have no name.
final class UnixStat {
    private static final int TYPE = 0170000;
    private static final int PERMISSIONS = 07777;

    private static final String FACTS = "unix:dev,ino,nlink,mode,uid,gid,size,lastModifiedTime";

    private UnixStat() {}

    static OpenFile.Type type(Path path) throws IOException {
        var mode = (int) Files.getAttribute(path, "unix:mode");
        return switch (mode & TYPE) {
            case 0100000 -> OpenFile.Type.REGULAR;
            case 0040000 -> OpenFile.Type.DIRECTORY;
            case 0010000 -> OpenFile.Type.PIPE;
            case 0140000 -> OpenFile.Type.SOCKET;
            case 0020000 -> OpenFile.Type.CHARACTER_DEVICE;
            case 0060000 -> OpenFile.Type.BLOCK_DEVICE;
            default -> OpenFile.Type.ANONYMOUS;
        };
    }

    static FileFacts facts(Path path) throws IOException {
        return facts(Files.readAttributes(path, FACTS));
    }

    /// As `lstat(2)`.
    static FileFacts ownFacts(Path link) throws IOException {
        return facts(Files.readAttributes(link, FACTS, LinkOption.NOFOLLOW_LINKS));
    }

    private static FileFacts facts(Map<String, Object> found) {
        return new FileFacts(
                number(found, "dev"),
                number(found, "ino"),
                (int) number(found, "nlink"),
                (int) number(found, "mode") & PERMISSIONS,
                (int) number(found, "uid"),
                (int) number(found, "gid"),
                number(found, "size"),
                ((FileTime) value(found, "lastModifiedTime")).toInstant());
    }

    private static long number(Map<String, Object> found, String name) {
        return ((Number) value(found, name)).longValue();
    }

    private static Object value(Map<String, Object> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }
}
