// SPDX-License-Identifier: Apache-2.0

/// The verbs that make and start agents: `dev ...`, `agent run`, `cluster init` and `cluster join`.
@NullMarked
package org.krg.tools.dev.cli;

import org.jspecify.annotations.NullMarked;
