// SPDX-License-Identifier: Apache-2.0

/// The stores that are measured: three servers each, on loopback and on one disk, with fsync.
@NullMarked
package org.krg.jepsen.bench.stores;

import org.jspecify.annotations.NullMarked;
