// SPDX-License-Identifier: Apache-2.0

/// Uses krg as its users do, on real clusters of this machine, and damages them.
@NullMarked
package org.krg.jepsen;

import org.jspecify.annotations.NullMarked;
