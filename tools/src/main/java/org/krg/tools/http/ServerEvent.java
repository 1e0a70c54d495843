// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

/// One server-sent event.
///
/// @param id what `Last-Event-ID` names to go on behind it; empty if it has none
/// @param name its type; empty for the usual one
/// @param data its content
record ServerEvent(String id, String name, String data) {}
