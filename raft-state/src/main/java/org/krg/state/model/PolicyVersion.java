// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;

/// A policy that somebody wrote, as it was agreed on. It never changes: another text is another
/// version.
///
/// @param about what it is for, in the words of who wrote it; may be empty
/// @param text of the bundle, in TOML; what it means is the policy engine's to say
/// @param author who stored it
public record PolicyVersion(PolicyId id, String about, String text, String author, Instant at) {}
