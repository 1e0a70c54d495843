// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Has a program load `libkrgshm` before libc if it shares memory with processes of other nodes.
final class Preloading {
    private static final String SHARE = "KRG_SHARE=";
    private static final String PRELOAD = "LD_PRELOAD=";

    private Preloading() {}

    /// {@return an environment of `NAME=value` with what is to be loaded in it}
    static List<String> environment(List<String> given, Path library) {
        if (given.stream().noneMatch(variable -> variable.startsWith(SHARE))) {
            return given;
        }
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
