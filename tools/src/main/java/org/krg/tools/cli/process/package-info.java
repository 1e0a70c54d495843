// SPDX-License-Identifier: Apache-2.0

/// The verbs about running programs: run them, list them, read their output, wait for them.
@NullMarked
package org.krg.tools.cli.process;

import org.jspecify.annotations.NullMarked;
