// SPDX-License-Identifier: Apache-2.0

/// The loops of the state store: applying log entries, packing operations into entries, telling
/// listeners, and bringing an operation to whoever leads.
///
/// Here is no Ratis and no RocksDB; what the loops need of them are the interfaces [RowStore],
/// [Storage] and [Leader].
@NullMarked
package org.krg.state.engine;

import org.jspecify.annotations.NullMarked;
