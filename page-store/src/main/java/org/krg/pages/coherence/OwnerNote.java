// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.krg.state.model.Member;

/// What a home has another node know of a page before the page goes on: its next owner.
///
/// @param page index in its block
/// @param version of the page with that owner
public record OwnerNote(int page, long version, Member owner) {}
