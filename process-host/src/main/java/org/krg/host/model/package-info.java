// SPDX-License-Identifier: Apache-2.0

/// The values of hosting: what a cell is asked to run, within which limits, and how it ended.
@NullMarked
package org.krg.host.model;

import org.jspecify.annotations.NullMarked;
