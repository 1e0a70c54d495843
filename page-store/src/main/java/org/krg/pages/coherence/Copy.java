// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// What a node has, or last had, of a page.
///
/// @param page index in its block
/// @param version the newest that this node had; 0 if it never had the page
public record Copy(int page, Access access, long version) {}
