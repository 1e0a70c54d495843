// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Path and query of a request. Immutable; names are escaped, but for the slash of `JOB/RANK`.
public final class ApiPath {
    private final String text;

    private ApiPath(String text) {
        this.text = text;
    }

    /// {@return `/v1/` and the segments}
    public static ApiPath of(String... segments) {
        var path = new StringBuilder("/v1");
        for (var segment : segments) {
            path.append('/').append(escaped(segment).replace("%2F", "/"));
        }
        return new ApiPath(path.toString());
    }

    /// {@return the same with one more query parameter}
    public ApiPath with(String name, Object value) {
        var separator = text.indexOf('?') < 0 ? '?' : '&';
        return new ApiPath(text + separator + name + '=' + escaped(value.toString()));
    }

    private static String escaped(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text;
    }
}
