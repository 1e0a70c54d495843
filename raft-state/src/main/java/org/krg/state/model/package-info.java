// SPDX-License-Identifier: Apache-2.0

/// Identities and values of the agreed state: immutable, ordered where they key a table, without
/// I/O.
@NullMarked
package org.krg.state.model;

import org.jspecify.annotations.NullMarked;
