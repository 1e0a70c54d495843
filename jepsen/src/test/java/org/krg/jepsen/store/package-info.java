// SPDX-License-Identifier: Apache-2.0

/// The promises about keys, shown on the real store with all its members in one JVM, under faults,
/// by the checkers of the campaigns.
@NullMarked
package org.krg.jepsen.store;

import org.jspecify.annotations.NullMarked;
