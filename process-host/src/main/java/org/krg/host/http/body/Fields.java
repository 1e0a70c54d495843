// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// The fields of an object about keys, taken one after the other; what nobody takes is a mistake.
/// Bytes are written as text, or, under the same name with `Base64` behind it, in Base64. Owned by
/// one thread.
final class Fields {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final ObjectNode left;
    private final String path;
    private final TreeSet<String> known = new TreeSet<>();

    private Fields(ObjectNode left, String path) {
        this.left = left;
        this.path = path;
    }

    static Fields of(ObjectNode object) {
        return new Fields(copy(object), "");
    }

    /// Fields are taken out of it; what they hold is left as it is.
    private static ObjectNode copy(ObjectNode object) {
        return JsonNodeFactory.instance.objectNode().setAll(object);
    }

    /// {@return the fields that query parameters make}
    static Fields of(List<String> names, Function<String, String> values) {
        var object = JsonNodeFactory.instance.objectNode();
        names.forEach(name -> object.put(name, values.apply(name)));
        return new Fields(object, "");
    }

    private Optional<JsonNode> take(String name) {
        known.add(name);
        return Optional.ofNullable(left.remove(name)).filter(value -> !value.isNull());
    }

    Optional<Bytes> bytes(String name) {
        var text = take(name);
        var coded = take(name + "Base64");
        if (text.isPresent() && coded.isPresent()) {
            throw wrong(name, "is given twice, as text and in Base64");
        }
        if (text.isPresent()) {
            return Optional.of(Bytes.of(text(name, text.get())));
        }
        return coded.map(value -> decoded(name + "Base64", value));
    }

    private Bytes decoded(String name, JsonNode value) {
        try {
            return Bytes.wrap(Base64.getDecoder().decode(text(name, value)));
        } catch (IllegalArgumentException malformed) {
            throw wrong(name, "is not Base64: " + malformed.getMessage());
        }
    }

    Bytes requireBytes(String name) {
        return bytes(name).orElseThrow(() -> wrong(name, "is missing"));
    }

    Optional<String> text(String name) {
        return take(name).map(value -> text(name, value));
    }

    private String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw wrong(name, "is a text");
        }
        return value.textValue();
    }

    /// {@return a whole number from 0 on}
    Optional<Long> number(String name) {
        return take(name)
                .map(value -> {
                    var text = value.asText();
                    if (value.isContainerNode() || !NUMBER.matcher(text).matches()) {
                        throw wrong(name, "is a whole number from 0 on, not " + value);
                    }
                    return Long.parseLong(text);
                });
    }

    boolean flag(String name) {
        var value = take(name).map(JsonNode::asText).orElse("false");
        return switch (value) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw wrong(name, "is true or false, not " + value);
        };
    }

    Optional<Fields> object(String name) {
        return take(name).map(value -> of(name, value));
    }

    List<Fields> list(String name) {
        var value = take(name).orElseGet(JsonNodeFactory.instance::arrayNode);
        if (!(value instanceof ArrayNode items)) {
            throw wrong(name, "is a list");
        }
        var list = new ArrayList<Fields>();
        items.forEach(item -> list.add(of(name + "[" + list.size() + "]", item)));
        return list;
    }

    private Fields of(String name, JsonNode value) {
        if (!(value instanceof ObjectNode object)) {
            throw wrong(name, "is an object");
        }
        return new Fields(copy(object), path + name + ".");
    }

    /// {@return the keys that `key`, `prefix`, or `from` and `to` name}
    KeyRange range() {
        var key = bytes("key");
        var prefix = bytes("prefix");
        var from = bytes("from");
        var to = bytes("to");
        var ways =
                (key.isPresent() ? 1 : 0)
                        + (prefix.isPresent() ? 1 : 0)
                        + (from.isPresent() || to.isPresent() ? 1 : 0);
        if (ways != 1) {
            throw wrong(
                    "key",
                    "name the keys in one way: by key, by prefix (the empty one for all), or by"
                            + " from and to");
        }
        return key.map(KeyRange::one)
                .or(() -> prefix.map(KeyRange::prefix))
                .orElseGet(() -> new KeyRange(from.orElse(Bytes.EMPTY), to.orElse(Bytes.EMPTY)));
    }

    /// Says that every field was taken.
    void end() {
        if (!left.isEmpty()) {
            throw Bodies.wrong(
                    path + left.fieldNames().next(),
                    "there is no such field; those here are " + String.join(", ", known));
        }
    }

    RuntimeException wrong(String name, String message) {
        return Bodies.wrong(path + name, message);
    }
}
