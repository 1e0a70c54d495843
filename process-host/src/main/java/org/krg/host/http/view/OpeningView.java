// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.model.Opening;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;

/// Files that take the place of others, as users and agents write them.
public final class OpeningView {
    private OpeningView() {}

    /// {@return which file takes the place of which}
    public static ArrayNode substitutes(List<Substitute> substitutes) {
        return Json.list(substitutes.stream().map(OpeningView::of).toList());
    }

    private static ObjectNode of(Substitute substitute) {
        var view = Json.object();
        switch (substitute.what()) {
            case OpenFile(var path) -> view.put("file", path);
            case Descriptor(var number) -> view.put("fd", number);
        }
        return view.put("path", substitute.path());
    }

    /// {@return how files are opened}
    public static ArrayNode openings(List<Opening> openings) {
        return Json.list(
                openings.stream()
                        .map(opening ->
                                Json.object()
                                        .put("path", opening.path())
                                        .put("reads", opening.reads())
                                        .put("writes", opening.writes())
                                        .put("leastBytes", opening.leastBytes()))
                        .toList());
    }

    /// {@return how files are opened, as another agent tells}
    public static List<Opening> read(JsonNode openings) {
        var read = new ArrayList<Opening>();
        for (var it : openings) {
            read.add(
                    new Opening(
                            it.path("path").asText(),
                            it.path("reads").asBoolean(),
                            it.path("writes").asBoolean(),
                            it.path("leastBytes").asLong()));
        }
        return read;
    }
}
