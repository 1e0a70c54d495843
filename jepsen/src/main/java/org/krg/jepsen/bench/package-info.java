// SPDX-License-Identifier: Apache-2.0

/// `bench state`: measures krg's state store side by side with others, as a user sees it.
///
/// `stores` starts them, `load` loads them through `grpc` or `zookeeper`, `report` compares.
@NullMarked
package org.krg.jepsen.bench;

import org.jspecify.annotations.NullMarked;
