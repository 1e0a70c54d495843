// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import org.krg.host.ProgramQuestion;
import org.krg.host.ResolvedProgram;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Identity;

/// The executable files of this machine.
public interface Programs {
    /// {@return the program that `name` stands for}
    ResolvedProgram resolve(String name, String searchPath, String workingDirectory, Identity user);

    /// {@return whether this machine has the program}
    ProgramFacts probe(ProgramQuestion question);
}
