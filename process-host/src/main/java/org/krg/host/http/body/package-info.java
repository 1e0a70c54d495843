// SPDX-License-Identifier: Apache-2.0

/// The bodies of requests: strict JSON with the place of a mistake named, and the values they stand
/// for.
@NullMarked
package org.krg.host.http.body;

import org.jspecify.annotations.NullMarked;
