// SPDX-License-Identifier: Apache-2.0

/// The cluster state store: what the cluster has agreed on.
///
/// [ClusterStore] is the whole public face. A [org.krg.state.command.Command] is decided once, on
/// every replica alike, into [org.krg.state.event.Event]s; events fold into the immutable
/// [org.krg.state.image.ClusterImage]. Nothing acts while the log is applied.
@NullMarked
package org.krg.state;

import org.jspecify.annotations.NullMarked;
