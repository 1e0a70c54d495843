// SPDX-License-Identifier: Apache-2.0

@NullMarked
package org.krg.checkpoint.files;

import org.jspecify.annotations.NullMarked;
