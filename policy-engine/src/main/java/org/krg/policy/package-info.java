// SPDX-License-Identifier: Apache-2.0

/// To be described.
@NullMarked
package org.krg.policy;

import org.jspecify.annotations.NullMarked;
