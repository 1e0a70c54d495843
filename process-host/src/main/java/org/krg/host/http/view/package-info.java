// SPDX-License-Identifier: Apache-2.0

/// The agreed state as the JSON of `docs/api.md`. Fields without a value are left out.
@NullMarked
package org.krg.host.http.view;

import org.jspecify.annotations.NullMarked;
