// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Locale;

/// How the state of a process is saved and brought back.
public enum Engine {
    /// CRIU as root: images of the whole process tree.
    CRIU,
    /// The program saves itself, in a directory that it is given, when it is asked to: that
    /// directory is kept, and another incarnation starts with it.
    COOPERATIVE,
    /// Nothing is saved: the process starts again from the beginning.
    RESTART;

    /// {@return whether it saves anything}
    public boolean saves() {
        return this != RESTART;
    }

    /// {@return its name as users write it}
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
