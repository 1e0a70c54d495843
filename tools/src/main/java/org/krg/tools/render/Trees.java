// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;

/// Trees of data as JSON and YAML, each text with its last line ended.
public final class Trees {
    private Trees() {}

    /// {@return JSON over several lines}
    public static String json(JsonNode tree) {
        return tree.toPrettyString() + "\n";
    }

    /// {@return JSON on one line}
    public static String jsonLine(JsonNode tree) {
        return tree + "\n";
    }

    /// {@return YAML}
    public static String yaml(JsonNode tree) {
        return written(yamlWriter(false), tree);
    }

    /// {@return YAML that can stand among others of its kind}
    public static String yamlDocument(JsonNode tree) {
        return written(yamlWriter(true), tree);
    }

    private static ObjectWriter yamlWriter(boolean asDocument) {
        var factory = new YAMLFactory();
        factory.configure(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, asDocument);
        factory.enable(YAMLGenerator.Feature.MINIMIZE_QUOTES);
        factory.enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS);
        return new ObjectMapper(factory).writer();
    }

    private static String written(ObjectWriter writer, JsonNode tree) {
        try {
            return writer.writeValueAsString(tree);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError("a tree can always be written", impossible);
        }
    }
}
