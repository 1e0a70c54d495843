// SPDX-License-Identifier: Apache-2.0

/// Pages of segments in files.
@NullMarked
package org.krg.pages.files;

import org.jspecify.annotations.NullMarked;
