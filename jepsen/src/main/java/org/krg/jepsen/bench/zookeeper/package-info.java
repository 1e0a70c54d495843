// SPDX-License-Identifier: Apache-2.0

/// Speaks to ZooKeeper through its own client.
@NullMarked
package org.krg.jepsen.bench.zookeeper;

import org.jspecify.annotations.NullMarked;
