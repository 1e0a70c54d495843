// SPDX-License-Identifier: Apache-2.0

/// Tests of the bench's way through krg's own API.
@NullMarked
package org.krg.jepsen.bench.own;

import org.jspecify.annotations.NullMarked;
