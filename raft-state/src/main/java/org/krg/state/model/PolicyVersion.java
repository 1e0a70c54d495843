// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;

/// A policy that somebody wrote, as it was agreed on. It never changes: another text is another
/// version.
///
/// @param text of the bundle, in TOML; what it means is the policy engine's to say
/// @param author who stored it
public record PolicyVersion(PolicyId id, String text, String author, Instant at) {}
