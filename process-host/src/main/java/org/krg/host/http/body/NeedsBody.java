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
        @Nullable List<FileBody> files, @Nullable List<String> cpuFeatures, @Nullable Integer uid) {
    /// A file.
    public record FileBody(@Nullable String path, @Nullable Long bytes, @Nullable String sha256) {}

    /// {@return what is needed}
    public Footprint.Needs needs() {
        var user = Values.require("uid", uid);
        return new Footprint.Needs(
                Optional.ofNullable(files).orElse(List.of()).stream().map(NeedsBody::file).toList(),
                Optional.ofNullable(cpuFeatures).orElse(List.of()),
                new Identity(user, user, List.of(), Integer.toString(user)));
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
