// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.util.List;

/// A subcommand of `krg-admin` that belongs to a module and is found by `java.util.ServiceLoader`.
public interface Subcommand {
    /// {@return the words that select it, for example `bench state`}
    String path();

    /// {@return one line for the help text}
    String summary();

    /// Runs it and returns the exit code.
    int run(List<String> arguments);
}
