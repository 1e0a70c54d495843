// SPDX-License-Identifier: Apache-2.0

/// The HTTP API of an agent, `/v1`, as `docs/api.md` describes it.
///
/// [ApiServer] opens it. A request is checked by [org.krg.host.http.access.Callers], answered on a
/// virtual thread by the method of a resource, and failures become replies in [Failures] only.
/// Reads are linearizable unless the caller asks for a stale one; changes go through the store,
/// which reaches the leader by itself; what only the hosting node can do is passed on to it once.
@NullMarked
package org.krg.host.http;

import org.jspecify.annotations.NullMarked;
