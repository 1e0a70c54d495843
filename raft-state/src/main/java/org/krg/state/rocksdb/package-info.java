// SPDX-License-Identifier: Apache-2.0

/// Keeps rows in RocksDB. Its own write-ahead log is off: the Raft log is the log, and all column
/// families are flushed together, so that what is found after a crash is one past state.
@NullMarked
package org.krg.state.rocksdb;

import org.jspecify.annotations.NullMarked;
