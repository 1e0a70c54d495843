// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench pages`: how fast shared memory is on this machine, in each mode, beside what it
/// is made of and the least that it could cost.
@NullMarked
package org.krg.jepsen.bench.pages;

import org.jspecify.annotations.NullMarked;
