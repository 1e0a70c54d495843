// SPDX-License-Identifier: Apache-2.0

/// Requests to change the agreed state, and the replies to them.
///
/// Whatever a decision cannot compute (time, fresh identities, measurements) travels inside the
/// command.
@NullMarked
package org.krg.state.command;

import org.jspecify.annotations.NullMarked;
