// SPDX-License-Identifier: Apache-2.0

/// Holds the shape of the whole project: modules, packages, and what each may use.
@NullMarked
package org.krg.jepsen.architecture;

import org.jspecify.annotations.NullMarked;
