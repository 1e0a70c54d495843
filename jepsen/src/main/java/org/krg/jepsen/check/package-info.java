// SPDX-License-Identifier: Apache-2.0

/// Judges what a campaign has seen. A violation is a sentence.
@NullMarked
package org.krg.jepsen.check;

import org.jspecify.annotations.NullMarked;
