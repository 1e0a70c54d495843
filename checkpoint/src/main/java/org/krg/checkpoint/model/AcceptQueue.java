// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A listening socket with connections that its program has not accepted.
///
/// @param connections how many, at least one
public record AcceptQueue(BoundSocket socket, int connections) {}
