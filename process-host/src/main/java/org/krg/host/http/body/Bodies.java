// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.state.model.InvariantBroken;

/// Reads JSON strictly: nothing unknown, nothing twice, nothing converted, nothing behind it.
public final class Bodies {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(
                            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                            DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                            DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private Bodies() {}

    /// {@return the value that `json` stands for} No text at all stands for an object without
    /// fields. Throws [HostFailure] that names line, column and field of a mistake.
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            var value = MAPPER.readValue(json.length == 0 ? new byte[] {'{', '}'} : json, type);
            if (value == null) {
                throw usage("the body is null", "send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException unknown) {
            throw usage(
                    "there is no field " + path(unknown) + place(unknown.getLocation()),
                    "fields here are " + names(unknown.getKnownPropertyIds()));
        } catch (InvalidFormatException malformed) {
            throw usage(
                    "%s cannot be %s%s"
                            .formatted(
                                    path(malformed),
                                    malformed.getValue(),
                                    place(malformed.getLocation())),
                    "docs/api.md shows the fields");
        } catch (MismatchedInputException mismatch) {
            throw usage(
                    "%s is not %s%s"
                            .formatted(
                                    path(mismatch),
                                    kind(mismatch.getTargetType()),
                                    place(mismatch.getLocation())),
                    "docs/api.md shows the fields");
        } catch (JsonProcessingException malformed) {
            throw usage(
                    "the body is not JSON: "
                            + malformed.getOriginalMessage()
                            + place(malformed.getLocation()),
                    "send one JSON object");
        } catch (IOException impossible) {
            throw new InvariantBroken("bytes in memory can be read", impossible);
        }
    }

    /// {@return the failure of a field that has the right form and a wrong value}
    public static HostFailure wrong(String field, String message) {
        return usage(field + ": " + message, "docs/api.md shows the fields");
    }

    private static HostFailure usage(String message, String remedy) {
        return new HostFailure(HostFailure.Code.USAGE, message, remedy);
    }

    private static String path(JsonMappingException failure) {
        var path =
                failure.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null
                                        ? "[" + step.getIndex() + "]"
                                        : "." + step.getFieldName())
                        .collect(Collectors.joining());
        return path.isEmpty() ? "the body" : path.startsWith(".") ? path.substring(1) : path;
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "what it must be";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(type) || type == int.class || type == long.class) {
            return "a number";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == String.class ? "a text" : "an object";
    }

    private static String names(@Nullable Collection<Object> known) {
        return known == null
                ? "none"
                : known.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }
}
