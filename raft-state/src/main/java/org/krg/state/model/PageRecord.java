// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A page has another owner, as its home tells the log.
///
/// @param page index in its block
/// @param version of the page with that owner
/// @param owner who may write it, or wrote it last
/// @param changes how many versions the record stands for: those since the record before
public record PageRecord(int page, long version, Member owner, int changes) {}
