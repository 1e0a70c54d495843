// SPDX-License-Identifier: Apache-2.0

/// What tests of several modules need: an in-process cluster of the state store.
@NullMarked
package org.krg.testkit;

import org.jspecify.annotations.NullMarked;
