// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.tools.http.Json;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A file in the place of another one, as a user writes it: `/old/log=/new/log`, `5=/new/input`.
///
/// @param what a path, or the number of a descriptor
/// @param path of the other one
record OtherFile(String what, String path) {
    private static final Pattern FORM = Pattern.compile("(/.+?|[0-9]{1,9})=(/.+)");

    static OtherFile parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'"
                            + text
                            + "' does not say which file takes the place of which; write it like"
                            + " /old/log=/new/log or 5=/new/input, with paths from the root");
        }
        if (form.group(2).contains("=/")) {
            throw new TypeConversionException(
                    "'" + text + "' has =/ twice; name the open file by its descriptor");
        }
        return new OtherFile(form.group(1), form.group(2));
    }

    /// {@return them as a request has them}
    static ArrayNode all(List<OtherFile> files) {
        var all = Json.object().putArray("substitutes");
        files.forEach(file -> all.add(file.body()));
        return all;
    }

    private ObjectNode body() {
        var body = Json.object();
        if (what.startsWith("/")) {
            body.put("file", what);
        } else {
            body.put("fd", Integer.parseInt(what));
        }
        return body.put("path", path);
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<OtherFile> {
        @Override
        public OtherFile convert(String text) {
            return parse(text);
        }
    }
}
