// SPDX-License-Identifier: Apache-2.0

/// The agreed state as bytes: operations, replies, events and rows, in protobuf.
///
/// The same value always gives the same bytes, on every replica, and reading them gives an equal
/// value. Bytes that this version does not understand to the last one (an unknown command, field or
/// enum value, a newer version of a batch) break an invariant: to skip what one replica knows and
/// another does not would make them differ.
@NullMarked
package org.krg.state.codec;

import org.jspecify.annotations.NullMarked;
