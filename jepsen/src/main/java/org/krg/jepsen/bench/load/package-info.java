// SPDX-License-Identifier: Apache-2.0

/// The load that stores are measured with: closed-loop clients over [Connection]s, the same for
/// every store. It knows no protocol.
@NullMarked
package org.krg.jepsen.bench.load;

import org.jspecify.annotations.NullMarked;
