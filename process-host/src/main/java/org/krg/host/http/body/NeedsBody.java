// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.model.Footprint;
import org.krg.state.model.Identity;
import org.krg.state.model.Sha256;

/// What an agent asks another one about a program that is to go on there.
public record NeedsBody(
        @Nullable List<FileBody> files,
        @Nullable List<String> cpuFeatures,
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable List<Integer> groups,
        @Nullable List<HeldBody> held,
        @Nullable List<PathBody> paths,
        @Nullable Long leastBytes) {
    /// A file.
    public record FileBody(@Nullable String path, @Nullable Long bytes, @Nullable String sha256) {}

    /// A file that must not be the same.
    public record HeldBody(
            @Nullable String where,
            @Nullable String path,
            @Nullable String kind,
            @Nullable String identity) {}

    /// A path that must lead to something alike.
    public record PathBody(
            @Nullable String where,
            @Nullable String path,
            @Nullable String kind,
            @Nullable Boolean writable,
            @Nullable Boolean checked) {}

    /// {@return what is needed}
    public Footprint.Needs needs() {
        var user = Values.require("uid", uid);
        var group = Optional.ofNullable(gid).orElse(user);
        return new Footprint.Needs(
                Optional.ofNullable(files).orElse(List.of()).stream().map(NeedsBody::file).toList(),
                Optional.ofNullable(cpuFeatures).orElse(List.of()),
                new Identity(
                        user,
                        group,
                        Optional.ofNullable(groups).orElse(List.of()),
                        Integer.toString(user)),
                Optional.ofNullable(held).orElse(List.of()).stream().map(NeedsBody::held).toList(),
                Optional.ofNullable(paths).orElse(List.of()).stream().map(NeedsBody::path).toList(),
                Optional.ofNullable(leastBytes).orElse(0L));
    }

    private static Footprint.NeededPath path(PathBody path) {
        return new Footprint.NeededPath(
                Values.require("paths.where", path.where()),
                Values.require("paths.path", path.path()),
                Values.constant(
                        "paths.kind", path.kind(), Footprint.NeededPath.Kind.WORKING_DIRECTORY),
                Values.require("paths.writable", path.writable()),
                Values.require("paths.checked", path.checked()));
    }

    private static Footprint.HeldFile held(HeldBody file) {
        return new Footprint.HeldFile(
                Values.require("held.where", file.where()),
                Values.require("held.path", file.path()),
                Values.require("held.kind", file.kind()),
                Values.require("held.identity", file.identity()));
    }

    private static Footprint.NeededFile file(FileBody file) {
        try {
            return new Footprint.NeededFile(
                    Values.require("files.path", file.path()),
                    Values.require("files.bytes", file.bytes()),
                    new Sha256(Values.require("files.sha256", file.sha256())));
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong("files.sha256", String.valueOf(malformed.getMessage()));
        }
    }
}
