// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// Values of fields, each mistake with the field's name.
final class Values {
    /// Longer than anything that is waited for: one hundred years.
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(3_155_760_000L);

    /// More digits behind the point than any time has. To round a number with very many costs as
    /// much time and memory as it has digits, and eight characters of JSON can name a thousand
    /// million.
    private static final int MOST_DIGITS = 18;

    private Values() {}

    static <T> T require(String field, @Nullable T value) {
        if (value == null) {
            throw Bodies.wrong(field, "is missing");
        }
        return value;
    }

    static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /// {@return a length of time from decimal seconds}
    static Duration duration(String field, @Nullable BigDecimal seconds, Duration otherwise) {
        if (seconds == null) {
            return otherwise;
        }
        if (seconds.signum() < 0
                || seconds.scale() > MOST_DIGITS
                || seconds.compareTo(MOST_SECONDS) > 0) {
            throw Bodies.wrong(field, "is a number of seconds from 0 on, not " + seconds);
        }
        var nanos = seconds.setScale(9, RoundingMode.HALF_UP).unscaledValue();
        var second = BigDecimal.ONE.movePointRight(9).toBigInteger();
        var parts = nanos.divideAndRemainder(second);
        return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
    }

    /// {@return the constant that the API writes as `word`}
    static <E extends Enum<E>> E constant(String field, @Nullable String word, E otherwise) {
        if (word == null) {
            return otherwise;
        }
        var all = otherwise.getDeclaringClass().getEnumConstants();
        return Arrays.stream(all)
                .filter(it -> word(it).equals(word))
                .findFirst()
                .orElseThrow(() ->
                        Bodies.wrong(
                                field,
                                "is one of %s, not %s"
                                        .formatted(
                                                Arrays.stream(all)
                                                        .map(Values::word)
                                                        .collect(Collectors.joining(", ")),
                                                word)));
    }

    static NodeId node(String field, String name) {
        try {
            return new NodeId(name);
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong(field, String.valueOf(malformed.getMessage()));
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
