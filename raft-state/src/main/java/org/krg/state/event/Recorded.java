// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Revision;

/// One event of the history with its place in it.
///
/// @param revision of the operation that caused it; several events of one operation share it
/// @param ordinal its position among them, from 0
public record Recorded(Revision revision, int ordinal, Event event) {}
