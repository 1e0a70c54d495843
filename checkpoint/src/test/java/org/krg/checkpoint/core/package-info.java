// SPDX-License-Identifier: Apache-2.0

@NullMarked
package org.krg.checkpoint.core;

import org.jspecify.annotations.NullMarked;
