// SPDX-License-Identifier: Apache-2.0

/// The verbs about segments of shared memory.
@NullMarked
package org.krg.tools.cli.segment;

import org.jspecify.annotations.NullMarked;
