// SPDX-License-Identifier: Apache-2.0

/// Decides about the owners of pages. They are rows, and in no image: there may be millions.
@NullMarked
package org.krg.state.core.pages;

import org.jspecify.annotations.NullMarked;
