// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import org.krg.checkpoint.model.Damage;

/// Is told of stored data that was found damaged or missing, on the thread that found it.
@FunctionalInterface
public interface DamageListener {
    /// Takes note of `damage`; must not fail.
    void found(Damage damage);
}
