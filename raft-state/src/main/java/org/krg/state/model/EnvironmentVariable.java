// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// One `name=value` of a program's environment.
public record EnvironmentVariable(String name, String value) {
    public EnvironmentVariable {
        if (name.isEmpty() || name.contains("=") || (name + value).indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not an environment variable: \"" + name + "\"");
        }
    }
}
