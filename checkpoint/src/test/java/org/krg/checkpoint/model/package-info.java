// SPDX-License-Identifier: Apache-2.0

@NullMarked
package org.krg.checkpoint.model;

import org.jspecify.annotations.NullMarked;
