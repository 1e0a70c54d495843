// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench pages`: how fast shared memory is on this machine, beside what it is made of.
@NullMarked
package org.krg.pages.bench;

import org.jspecify.annotations.NullMarked;
