// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench locks`: what it costs to synchronise by a segment, beside the threads library.
@NullMarked
package org.krg.jepsen.bench.locks;

import org.jspecify.annotations.NullMarked;
