// SPDX-License-Identifier: Apache-2.0

/// The verbs about placement policies.
@NullMarked
package org.krg.tools.cli.policy;

import org.jspecify.annotations.NullMarked;
