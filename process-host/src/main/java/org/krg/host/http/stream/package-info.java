// SPDX-License-Identifier: Apache-2.0

/// Replies that go on: events of the cluster and the output of programs, as server-sent events.
/// Each has a virtual thread of its own.
@NullMarked
package org.krg.host.http.stream;

import org.jspecify.annotations.NullMarked;
