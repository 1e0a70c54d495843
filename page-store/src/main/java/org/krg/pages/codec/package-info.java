// SPDX-License-Identifier: Apache-2.0

/// Bytes of what is said about segments and pages: between a process and its agent.
@NullMarked
package org.krg.pages.codec;

import org.jspecify.annotations.NullMarked;
