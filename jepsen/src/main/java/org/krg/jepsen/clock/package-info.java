// SPDX-License-Identifier: Apache-2.0

/// Wall clocks of agents that can be set, each by itself.
@NullMarked
package org.krg.jepsen.clock;

import org.jspecify.annotations.NullMarked;
