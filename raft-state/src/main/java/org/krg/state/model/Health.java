// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What a lock knows of what it protects.
public enum Health {
    /// Nobody died with it.
    SOUND,
    /// Somebody died who might have been changing it.
    INCONSISTENT,
    /// It was given back like that: nobody gets the lock any more.
    BROKEN
}
