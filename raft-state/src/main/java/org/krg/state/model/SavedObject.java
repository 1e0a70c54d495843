// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// An object of a segment as a cut of a parallel job found it.
///
/// @param number in its segment
public record SavedObject(long number, SyncObject object) {}
