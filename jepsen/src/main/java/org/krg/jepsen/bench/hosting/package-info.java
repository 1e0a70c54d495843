// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench run`: what it costs to have a program run by krg, beside runc and by itself.
@NullMarked
package org.krg.jepsen.bench.hosting;

import org.jspecify.annotations.NullMarked;
