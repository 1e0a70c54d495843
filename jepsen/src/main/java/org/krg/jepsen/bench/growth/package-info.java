// SPDX-License-Identifier: Apache-2.0

/// `bench growth`: what krg's state store costs as its keys become more.
@NullMarked
package org.krg.jepsen.bench.growth;

import org.jspecify.annotations.NullMarked;
