// SPDX-License-Identifier: Apache-2.0

/// For Java programs that run under krg: `target/native/krg-program.jar` is this package alone and
/// needs nothing but `libkrg.so`.
@NullMarked
package org.krg.program;

import org.jspecify.annotations.NullMarked;
