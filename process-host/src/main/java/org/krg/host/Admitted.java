// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.function.IntConsumer;

/// Somebody who was let in with a request.
///
/// @param principal the user whose permissions count
/// @param outcome has it written down who asked for what, with a status of HTTP for what became of
///   it
public record Admitted(String principal, IntConsumer outcome) {}
