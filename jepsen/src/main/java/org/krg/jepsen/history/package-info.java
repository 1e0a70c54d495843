// SPDX-License-Identifier: Apache-2.0

/// What the clients of a campaign saw.
@NullMarked
package org.krg.jepsen.history;

import org.jspecify.annotations.NullMarked;
