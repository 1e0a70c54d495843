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
        @Nullable List<HeldBody> held) {
    /// A file.
    public record FileBody(@Nullable String path, @Nullable Long bytes, @Nullable String sha256) {}

    /// A file that must not be the same.
    public record HeldBody(
            @Nullable String where,
            @Nullable String path,
            @Nullable String kind,
            @Nullable String identity) {}

    /// {@return what is needed}
    public Footprint.Needs needs() {
        var user = Values.require("uid", uid);
        return new Footprint.Needs(
                Optional.ofNullable(files).orElse(List.of()).stream().map(NeedsBody::file).toList(),
                Optional.ofNullable(cpuFeatures).orElse(List.of()),
                new Identity(user, user, List.of(), Integer.toString(user)),
                Optional.ofNullable(held).orElse(List.of()).stream().map(NeedsBody::held).toList());
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
