// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench owners`: what it costs that each page has an owner in the log.
@NullMarked
package org.krg.jepsen.bench.owners;

import org.jspecify.annotations.NullMarked;
