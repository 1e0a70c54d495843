// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.krg.tools.http.Json;

/// The JSON of a submission.
public final class JobRequest {
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

    private JobRequest() {}

    /// {@return a request with all defaults, to be refined}
    public static ObjectNode of(String name, Path directory, List<String> command) {
        var request = Json.object();
        request.put("name", name);
        request.put("workingDirectory", directory.toString());
        request.putObject("environment").put("PATH", PATH);
        command.forEach(request.putArray("command")::add);
        return request;
    }

    /// {@return the request of a job that may run on one node only}
    public static ObjectNode on(String node, ObjectNode request) {
        request.putArray("onlyOn").add(node);
        return request;
    }
}
