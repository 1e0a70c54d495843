// SPDX-License-Identifier: Apache-2.0

/// The loops that own the pages of a node, and the interfaces they need.
@NullMarked
package org.krg.pages.engine;

import org.jspecify.annotations.NullMarked;
