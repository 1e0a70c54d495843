// SPDX-License-Identifier: Apache-2.0

@NullMarked
package org.krg.checkpoint.engine;

import org.jspecify.annotations.NullMarked;
