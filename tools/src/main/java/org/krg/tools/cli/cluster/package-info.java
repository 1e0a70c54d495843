// SPDX-License-Identifier: Apache-2.0

/// The verbs about nodes, the state they agree on, and its events.
@NullMarked
package org.krg.tools.cli.cluster;

import org.jspecify.annotations.NullMarked;
