// SPDX-License-Identifier: Apache-2.0

/// The executable files of this machine: what a program's name stands for, who may execute it, and
/// whether it is the same file as on another node.
@NullMarked
package org.krg.host.files;

import org.jspecify.annotations.NullMarked;
