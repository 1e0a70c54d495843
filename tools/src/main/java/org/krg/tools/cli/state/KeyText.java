// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Option;

/// Keys and values on the command line: text, or Base64 where bytes are not text. The API writes
/// them under one of two names, `key` and `keyBase64`.
final class KeyText {
    @Option(
            names = "--base64",
            description = "keys and values are given and printed in Base64, for any bytes")
    private boolean base64;

    /// {@return the path with a parameter of bytes}
    ApiPath with(ApiPath path, String name, String argument) {
        return path.with(base64 ? name + "Base64" : name, argument);
    }

    /// Adds a field of bytes to `body`.
    ObjectNode put(ObjectNode body, String name, String argument) {
        return body.put(base64 ? name + "Base64" : name, argument);
    }

    /// Adds the value that an argument stands for: `-` for what standard input has.
    ObjectNode putValue(ObjectNode body, String argument, Terminal terminal) {
        if (!argument.equals("-")) {
            return put(body, "value", argument);
        }
        var content = read(terminal);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
            return put(body, "value", base64 ? text.toString().strip() : text.toString());
        } catch (CharacterCodingException binary) {
            return body.put("valueBase64", Base64.getEncoder().encodeToString(content));
        }
    }

    private static byte[] read(Terminal terminal) {
        try {
            return terminal.in().readAllBytes();
        } catch (IOException unreadable) {
            throw new VerbFailed(
                    ExitCode.FAILED, "cannot read standard input: " + unreadable.getMessage(), "");
        }
    }

    /// {@return the bytes of a field as a person gave or reads them}
    String shown(JsonNode view, String name) {
        var coded = view.path(name + "Base64");
        if (!base64) {
            return coded.isMissingNode() ? view.path(name).asText() : "base64:" + coded.asText();
        }
        return coded.isMissingNode()
                ? Base64.getEncoder()
                        .encodeToString(view.path(name).asText().getBytes(StandardCharsets.UTF_8))
                : coded.asText();
    }

    /// Prints a value: as it is and a line's end, or Base64.
    void print(Terminal terminal, JsonNode view) {
        var coded = view.path("valueBase64");
        if (base64 || coded.isMissingNode()) {
            terminal.out().print(shown(view, "value") + "\n");
        } else {
            var bytes = Base64.getDecoder().decode(coded.asText());
            terminal.out().write(bytes, 0, bytes.length);
        }
    }
}
