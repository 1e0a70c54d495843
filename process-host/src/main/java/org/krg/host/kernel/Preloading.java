// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.krg.host.model.Isolation;

/// What a program loads before libc if it shares memory with processes of other nodes.
///
/// @param libraries files that are copied into the cell, where any user may read them
/// @param environment of the program, `NAME=value`
record Preloading(List<Path> libraries, List<String> environment) {
    private static final String SHARE = "KRG_SHARE=";
    private static final String PRELOAD = "LD_PRELOAD=";
    private static final String LIBRARY = "libkrgshm.so";
    private static final String WHAT_IT_NEEDS = "libkrg.so";

    /// {@return what becomes of the environment that a job gives}
    static Preloading of(List<String> given, CellsConfig config) {
        if (given.stream().noneMatch(variable -> variable.startsWith(SHARE))) {
            return new Preloading(List.of(), given);
        }
        var library = config.krgInit().resolveSibling(LIBRARY);
        return config.isolation() == Isolation.FULL
                ? new Preloading(
                        List.of(library, library.resolveSibling(WHAT_IT_NEEDS)),
                        preloading(given, PagesSocket.IN_CELL.resolve(LIBRARY)))
                : new Preloading(List.of(), preloading(given, library));
    }

    private static List<String> preloading(List<String> given, Path library) {
        var all = new ArrayList<String>();
        var preload = PRELOAD + library;
        for (var variable : given) {
            if (variable.startsWith(PRELOAD)) {
                preload += ":" + variable.substring(PRELOAD.length());
            } else {
                all.add(variable);
            }
        }
        all.add(preload);
        return all;
    }
}
