// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

/// One thing that `krg-admin` can do.
///
/// @param path one or two words, for example `ps` or `job list`
/// @param summary one line for the help text, without a full stop
public record Verb(String path, String summary) {
    /// {@return the first word}
    String group() {
        var space = path.indexOf(' ');
        return space < 0 ? path : path.substring(0, space);
    }
}
