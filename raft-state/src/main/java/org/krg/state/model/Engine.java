// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// How the state of a process is saved and brought back.
public enum Engine {
    /// CRIU as root: images of the whole process tree.
    CRIU,
    /// Nothing is saved: the process starts again from the beginning.
    RESTART
}
