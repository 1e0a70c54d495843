// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import org.krg.state.model.Sha256;

/// An executable file of this node.
///
/// @param executable its absolute path
public record ResolvedProgram(String executable, Sha256 digest) {}
