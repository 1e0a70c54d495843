// SPDX-License-Identifier: Apache-2.0

/// The client of an agent's API (`docs/api.md`), which `krg-admin` and the campaigns of `jepsen`
/// use.
///
/// [ApiClient] asks one endpoint after the other until one answers. A change that is sent again
/// carries the same `Krg-Request` and so takes effect once. Streams ([WatchStream], [LogStream]) go
/// on where they stood, on another endpoint if they must: what they return has no gap and no
/// repetition. Whatever is refused or cannot be reached is an [ApiFailure].
@NullMarked
package org.krg.tools.http;

import org.jspecify.annotations.NullMarked;
