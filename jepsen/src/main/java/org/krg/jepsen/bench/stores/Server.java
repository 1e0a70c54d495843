// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.nio.file.Path;
import org.krg.state.model.HostPort;

/// A server of a store.
///
/// @param pid of its present process
/// @param address where clients reach it
/// @param data the directory with all it stores
public record Server(String name, long pid, HostPort address, Path data) {}
