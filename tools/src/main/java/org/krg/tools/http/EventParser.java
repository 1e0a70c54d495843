// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/// Cuts a byte stream into server-sent events, as the HTML standard (section 9.2.6) describes them.
/// What was not finished by an empty line when the stream ends is no event.
final class EventParser {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Queue<ServerEvent> ready = new ArrayDeque<>();
    private final StringBuilder data = new StringBuilder();
    private String id = "";
    private String name = "";

    /// Takes the next bytes.
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                finishLine(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(next);
            }
        }
    }

    /// {@return the events that are complete; taking from it is up to the caller}
    Queue<ServerEvent> ready() {
        return ready;
    }

    private void finishLine(String text) {
        var content = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        if (content.isEmpty()) {
            finishEvent();
            return;
        }
        int colon = content.indexOf(':');
        var field = colon < 0 ? content : content.substring(0, colon);
        var value = colon < 0 ? "" : content.substring(colon + 1);
        take(field, value.startsWith(" ") ? value.substring(1) : value);
    }

    private void take(String field, String value) {
        switch (field) {
            case "id" -> id = value;
            case "event" -> name = value;
            case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
            default -> {
                // A comment, which only shows that the other side is alive, or a field not used
                // here.
            }
        }
    }

    private void finishEvent() {
        if (!data.isEmpty()) {
            ready.add(new ServerEvent(id, name, data.toString()));
        }
        data.setLength(0);
        name = "";
    }
}
