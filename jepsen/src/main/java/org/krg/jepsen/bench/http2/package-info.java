// SPDX-License-Identifier: Apache-2.0

/// HTTP/2 as a load uses it: one thread, many calls on few connections, bytes as they are.
@NullMarked
package org.krg.jepsen.bench.http2;

import org.jspecify.annotations.NullMarked;
