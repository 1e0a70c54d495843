// SPDX-License-Identifier: Apache-2.0

/// A disk that loses what was not synced, for agents to stand on.
@NullMarked
package org.krg.jepsen.disk;

import org.jspecify.annotations.NullMarked;
