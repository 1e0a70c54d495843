// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.krg.host.HostFailure;
import org.krg.host.files.AuditFiles;
import org.krg.host.files.AuditLine;

/// The audit log in a node's data directory, read while its agent runs or does not.
public final class AuditTrailFiles {
    private static final JsonMapper JSON = new JsonMapper();

    private AuditTrailFiles() {}

    /// {@return where the log of a node is}
    static Path of(Path data) {
        return data.resolve("audit");
    }

    /// {@return `lines hash entries[{number,at,who,from,what,outcome}] problems[]`}
    ///
    /// @param data the data directory of a node
    /// @param last how many of the newest entries are shown
    /// @throws HostFailure NOT_FOUND if there is no log
    public static ObjectNode read(Path data, int last) {
        var directory = of(data);
        if (!Files.isDirectory(directory)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "there is no audit log in " + directory,
                    "name the data directory of a node (node.data)");
        }
        var newest = new ArrayDeque<AuditLine>();
        try {
            var chain =
                    AuditFiles.read(
                            directory,
                            line -> {
                                newest.addLast(line);
                                if (newest.size() > last) {
                                    newest.removeFirst();
                                }
                            });
            var found = JSON.createObjectNode();
            found.put("lines", chain.lines()).put("hash", chain.hash());
            var entries = found.putArray("entries");
            newest.forEach(line -> entries.add(object(line)));
            var problems = found.putArray("problems");
            // The agent may be writing that line now.
            chain.broken().filter(_ -> !chain.torn()).ifPresent(problems::add);
            AuditFiles.aside(directory)
                    .forEach(file -> problems.add(file + " was found broken and put aside"));
            return found;
        } catch (IOException unreadable) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the audit log in " + directory + " cannot be read: " + unreadable,
                    "read it as the agent's user",
                    unreadable);
        }
    }

    private static ObjectNode object(AuditLine line) {
        var entry = line.entry();
        return JSON.createObjectNode()
                .put("number", line.number())
                .put("at", entry.at().toString())
                .put("who", entry.who())
                .put("from", entry.from())
                .put("what", entry.what())
                .put("outcome", entry.outcome())
                .put("hash", line.hash());
    }
}
