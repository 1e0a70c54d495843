// SPDX-License-Identifier: Apache-2.0

@NullMarked
package org.krg.checkpoint.codec;

import org.jspecify.annotations.NullMarked;
