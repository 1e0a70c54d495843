// SPDX-License-Identifier: Apache-2.0

/// To be described.
@NullMarked
package org.krg.state;

import org.jspecify.annotations.NullMarked;
