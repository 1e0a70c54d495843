// SPDX-License-Identifier: Apache-2.0

/// `krg-admin demo`: the main job of krg, shown on a real program.
///
/// [org.krg.tools.demo.Demo] is the play, act by act. It measures; what follows from the numbers is
/// in [org.krg.tools.demo.DemoReport], which decides whether each claim held. The program's output
/// is followed by [org.krg.tools.demo.OutputFollower] and understood by
/// [org.krg.tools.demo.HeatOutput].
///
/// To the cluster it talks through the HTTP API only, as anyone would.
@NullMarked
package org.krg.tools.demo;

import org.jspecify.annotations.NullMarked;
