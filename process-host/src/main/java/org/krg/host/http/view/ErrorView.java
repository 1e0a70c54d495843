// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// What is said of a failure.
public final class ErrorView {
    private ErrorView() {}

    /// {@return the body of an error reply}
    public static ObjectNode of(String code, String message, String remedy, int exit) {
        var error = Json.object().put("code", code).put("message", message);
        if (!remedy.isEmpty()) {
            error.put("remedy", remedy);
        }
        error.put("exit", exit);
        return Json.object().set("error", error);
    }
}
