// SPDX-License-Identifier: Apache-2.0

/// Who sends a request, and whether they may: the owner of the connecting socket, the holder of the
/// node's token, or another agent.
@NullMarked
package org.krg.host.http.access;

import org.jspecify.annotations.NullMarked;
