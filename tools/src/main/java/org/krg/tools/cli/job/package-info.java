// SPDX-License-Identifier: Apache-2.0

/// The verbs about jobs.
@NullMarked
package org.krg.tools.cli.job;

import org.jspecify.annotations.NullMarked;
