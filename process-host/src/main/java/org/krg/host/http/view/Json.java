// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Revision;

/// Pieces that the views are made of.
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// {@return an object without fields}
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// {@return what every reply begins with}
    public static ObjectNode reply(Revision revision) {
        return object().put("apiVersion", "krg/v1").put("revision", revision.value());
    }

    /// {@return a list of objects}
    public static ArrayNode list(List<? extends JsonNode> items) {
        return JsonNodeFactory.instance.arrayNode().addAll(items);
    }

    /// {@return a list of texts}
    public static ArrayNode texts(List<?> items) {
        var list = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> list.add(item.toString()));
        return list;
    }

    /// {@return decimal seconds}
    public static BigDecimal seconds(Duration duration) {
        var nanos = BigDecimal.valueOf(duration.getNano(), 9);
        var exact = BigDecimal.valueOf(duration.getSeconds()).add(nanos).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /// {@return the name of a constant as the API writes it: `on-failure`}
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// {@return the text of a value, in UTF-8}
    public static byte[] bytes(JsonNode value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new InvariantBroken("a tree can be written", impossible);
        }
    }

    /// {@return the text of a value}
    public static String write(JsonNode value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new InvariantBroken("a tree can be written", impossible);
        }
    }
}
