// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.krg.state.KeySpace.Change;
import org.krg.state.command.KeyResult;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;

/// Keys and what was done with them, as the API shows them: bytes that are UTF-8 as text, others in
/// Base64 under a name with `Base64` behind it.
public final class KeyView {
    private KeyView() {}

    /// {@return a key with its value}
    public static ObjectNode of(KeyValue key) {
        var view = Json.object();
        put(view, "key", key.key());
        put(view, "value", key.value());
        view.put("created", key.created().value())
                .put("modified", key.modified().value())
                .put("version", key.version());
        return key.lease().equals(KeyValue.NO_LEASE)
                ? view
                : view.put("lease", key.lease().value());
    }

    /// Adds what was read to `view`.
    public static ObjectNode add(ObjectNode view, KeyResult.Found found) {
        view.set("keys", list(found.keys()));
        return view.put("count", found.count()).put("more", found.more());
    }

    /// {@return the results of a transaction, each an object with one field that says what it was}
    public static ArrayNode results(List<KeyResult> results) {
        var list = JsonNodeFactory.instance.arrayNode();
        results.forEach(result -> list.add(of(result)));
        return list;
    }

    private static ObjectNode of(KeyResult result) {
        return switch (result) {
            case KeyResult.Found found -> Json.object().set("range", add(Json.object(), found));
            case KeyResult.Written(var previous) -> {
                var view = Json.object();
                previous.ifPresent(key -> view.set("previous", of(key)));
                yield Json.object().set("put", view);
            }
            case KeyResult.Deleted(var count, var previous) -> {
                var view = Json.object().put("count", count);
                if (!previous.isEmpty()) {
                    view.set("previous", list(previous));
                }
                yield Json.object().set("delete", view);
            }
            case KeyResult.Nested(var succeeded, var inner) ->
                    Json.object()
                            .set(
                                    "transaction",
                                    Json.object()
                                            .put("succeeded", succeeded)
                                            .set("results", results(inner)));
        };
    }

    /// {@return a change of a key}
    public static ObjectNode of(Change change) {
        var view = Json.object().put("type", change.isDelete() ? "delete" : "put");
        if (change.isDelete()) {
            put(view, "key", change.now().key());
            view.put("modified", change.now().modified().value());
        } else {
            view.setAll(of(change.now()));
        }
        change.before().ifPresent(before -> view.set("previous", of(before)));
        return view;
    }

    /// {@return keys without their values}
    public static ArrayNode names(List<Bytes> keys) {
        var list = JsonNodeFactory.instance.arrayNode();
        keys.forEach(key -> {
            var view = Json.object();
            put(view, "key", key);
            list.add(view);
        });
        return list;
    }

    private static ArrayNode list(List<KeyValue> keys) {
        return Json.list(keys.stream().map(KeyView::of).toList());
    }

    /// What is no UTF-8 reads as text that is written otherwise. An exception would tell the same,
    /// at many times the price.
    private static void put(ObjectNode view, String name, Bytes bytes) {
        var raw = bytes.unsafe();
        var text = new String(raw, StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), raw)) {
            view.put(name, text);
        } else {
            view.put(name + "Base64", Base64.getEncoder().encodeToString(raw));
        }
    }
}
