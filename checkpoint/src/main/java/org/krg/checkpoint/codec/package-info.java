// SPDX-License-Identifier: Apache-2.0

/// Manifests to bytes and back.
@NullMarked
package org.krg.checkpoint.codec;

import org.jspecify.annotations.NullMarked;
