// SPDX-License-Identifier: Apache-2.0

/// Verbs about the state as it is stored: looked at, saved, put right, brought back.
@NullMarked
package org.krg.tools.cli.state;

import org.jspecify.annotations.NullMarked;
