// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import org.krg.host.FileAnswer;
import org.krg.host.HostFailure;
import org.krg.host.HostFailure.Code;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.Segment;

/// Why something cannot be done about the file of a segment, said so that its user knows what to
/// do.
final class FileFailures {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int ENOTDIR = 20;
    private static final int EISDIR = 21;
    private static final int ELOOP = 40;

    private FileFailures() {}

    static HostFailure ofPrepare(Backing file, Identity owner, int errno, String detail) {
        return switch (errno) {
            case ENOENT, ENOTDIR ->
                    new HostFailure(
                            Code.NOT_FOUND,
                            "there is no file " + file,
                            "`--create` makes it, in a directory that is there");
            case EPERM, EACCES ->
                    new HostFailure(
                            Code.NOT_PERMITTED,
                            "user %s may not read and write %s (%s)"
                                    .formatted(owner.name(), file, detail),
                            "choose a file of that user's, or change its mode");
            case FileAnswer.EINVAL, EISDIR, ELOOP ->
                    new HostFailure(
                            Code.USAGE,
                            "%s is not a regular file (%s)".formatted(file, detail),
                            "a segment can be a file on a disk, and no symbolic link to one");
            case FileAnswer.EHOSTDOWN -> unreachable(detail, file);
            default ->
                    new HostFailure(Code.DISK, "%s cannot be used: %s".formatted(file, detail), "");
        };
    }

    private static HostFailure unreachable(String detail, Backing file) {
        return new HostFailure(
                Code.NO_QUORUM,
                "%s, where %s is".formatted(detail, file.path()),
                "`krg-admin node list` shows how it is");
    }

    static HostFailure ofSync(Segment segment, int errno, String detail) {
        if (errno == FileAnswer.EINVAL) {
            return new HostFailure(
                    Code.USAGE, detail, "`krg-admin segment create --file` makes one that has");
        }
        if (errno == FileAnswer.EHOSTDOWN) {
            return unreachable(detail, segment.backing().orElseThrow());
        }
        return new HostFailure(
                errno == FileAnswer.EIO ? Code.FAILED : Code.DISK,
                "not all of segment %s is in its file: %s".formatted(segment.name(), detail),
                "what could be written is there; `krg-admin segment audit %s` shows what nodes have"
                        .formatted(segment.name()));
    }
}
