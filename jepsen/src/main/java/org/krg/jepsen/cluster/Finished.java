// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.krg.tools.http.Json;

/// A command that has ended.
///
/// @param arguments the command line
/// @param exit its exit code; 128 + N if signal N ended it
/// @param out what it wrote to standard output
/// @param err what it wrote to standard error
public record Finished(List<String> arguments, int exit, String out, String err) {
    /// {@return this, which ended with the given code}
    ///
    /// @throws CampaignFailed if it did not
    public Finished require(int code) {
        if (exit != code) {
            throw new CampaignFailed("expected exit code " + code + " of " + this);
        }
        return this;
    }

    /// {@return its output, which is JSON}
    public JsonNode json() {
        try {
            return Json.parse(out);
        } catch (JsonProcessingException broken) {
            throw new CampaignFailed("expected JSON from " + this, broken);
        }
    }

    @Override
    public String toString() {
        return "%s: exit code %d\n--- stdout\n%s\n--- stderr\n%s"
                .formatted(String.join(" ", arguments), exit, out, err);
    }
}
