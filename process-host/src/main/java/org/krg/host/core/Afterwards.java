// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

/// What becomes of a program once it is brought back.
public enum Afterwards {
    /// It goes on.
    GOES_ON,
    /// It stands still, because a user wants it to.
    STANDS,
    /// It stands still with all its connections, until the log says that it has moved here.
    ARRIVES
}
