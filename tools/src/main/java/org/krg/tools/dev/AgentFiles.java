// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;

/// Writes the files that an agent starts from. None that is there is overwritten.
public final class AgentFiles {
    private AgentFiles() {}

    /// Writes settings.
    ///
    /// @throws HostFailure CONFLICT if the file is there
    public static void writeSettings(Path file, AgentSettings settings) throws IOException {
        makeParent(file);
        try {
            Files.writeString(file, SettingsText.render(settings), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException present) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "there are settings in " + file + " already; nothing was changed",
                    "`krg-admin agent run --config %s` starts that agent; name another file with"
                                    .formatted(file)
                            + " --config for another one",
                    present);
        }
    }

    private static void makeParent(Path file) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
    }
}
