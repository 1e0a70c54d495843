// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import org.krg.host.model.CellId;
import org.krg.state.model.StopOrder;

/// An order to end whose signal was sent to a cell.
///
/// @param sent when, on the machine's monotonic clock
public record StopDelivery(CellId cell, StopOrder order, Duration sent) {}
