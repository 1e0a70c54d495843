// SPDX-License-Identifier: Apache-2.0

/// The files of a member of the Raft group, read and put right while no member runs on them: what
/// Ratis wrote, checked frame by frame, and what krg keeps beside it.
@NullMarked
package org.krg.state.ratis.files;

import org.jspecify.annotations.NullMarked;
