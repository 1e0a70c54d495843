// SPDX-License-Identifier: Apache-2.0

/// Which policy decides.
@NullMarked
package org.krg.policy.engine;

import org.jspecify.annotations.NullMarked;
