// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.architecture;

import java.util.List;
import java.util.stream.Stream;

/// A row of the table of modules: the packages of a module and what it may use of the others. What
/// is not listed is forbidden.
record ModuleRow(String name, List<String> packages, List<String> uses) {
    private static final String STATE = "org.krg.state..";
    private static final String PAGES = "org.krg.pages..";
    private static final String LINUX = "org.krg.linux..";
    private static final String PROGRAM = "org.krg.program..";
    private static final String CHECKPOINT = "org.krg.checkpoint..";
    private static final String POLICY = "org.krg.policy..";
    private static final String TOOLS = "org.krg.tools..";

    /// Of the agreed state its values, without what decides and stores it.
    private static final List<String> VALUES =
            List.of("org.krg.state", "org.krg.state.model..", "org.krg.state.image..");

    /// Of the agent what starts one: a running cluster is reached through its API.
    private static final List<String> AGENT = List.of("org.krg.host", "org.krg.host.daemon..");

    static final List<ModuleRow> TABLE =
            List.of(
                    new ModuleRow("raft-state", List.of(STATE), List.of()),
                    new ModuleRow("page-store", List.of(PAGES, LINUX, PROGRAM), List.of(STATE)),
                    new ModuleRow("checkpoint", List.of(CHECKPOINT), List.of(STATE, LINUX)),
                    new ModuleRow("policy-engine", List.of(POLICY), List.of(STATE)),
                    new ModuleRow(
                            "process-host",
                            List.of("org.krg.host.."),
                            List.of(STATE, PAGES, LINUX, CHECKPOINT, POLICY)),
                    new ModuleRow(
                            "tools",
                            List.of(TOOLS),
                            join(VALUES, join(AGENT, List.of(POLICY, LINUX)))),
                    new ModuleRow(
                            "jepsen", List.of("org.krg.jepsen.."), join(VALUES, List.of(TOOLS))));

    String[] own() {
        return packages.toArray(String[]::new);
    }

    String[] ownAndUsed() {
        return join(packages, uses).toArray(String[]::new);
    }

    static String[] allPackages() {
        return TABLE.stream().flatMap(row -> row.packages.stream()).toArray(String[]::new);
    }

    private static List<String> join(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
