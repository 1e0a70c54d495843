// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Who owns a page, as the log says.
///
/// @param version of the page with that owner
/// @param owner who may write it, or wrote it last; they may be over
/// @param epoch of the home that said so
/// @param unaccounted versions that no record stands for, and records that stand for none: 0 if
///   nothing is broken
public record PageOwner(long version, Member owner, Epoch epoch, long unaccounted) {}
