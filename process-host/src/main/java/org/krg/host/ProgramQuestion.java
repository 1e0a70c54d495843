// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import org.krg.state.model.Identity;
import org.krg.state.model.Sha256;

/// Whether a node has a program, the same one, and could run it as a user.
public record ProgramQuestion(
        String executable, Sha256 digest, String workingDirectory, Identity user) {}
