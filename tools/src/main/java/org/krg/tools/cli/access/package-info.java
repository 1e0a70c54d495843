// SPDX-License-Identifier: Apache-2.0

/// The verbs about users, roles and whether permissions count.
@NullMarked
package org.krg.tools.cli.access;

import org.jspecify.annotations.NullMarked;
