// SPDX-License-Identifier: Apache-2.0

/// Programs as Debian has them, and what they have to print.
@NullMarked
package org.krg.jepsen.programs;

import org.jspecify.annotations.NullMarked;
