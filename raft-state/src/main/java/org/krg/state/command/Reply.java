// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.Revision;

/// What became of an operation: definite, the same on every replica and for every retry.
public sealed interface Reply {
    /// It took effect at `revision`. `created` is the number of the job or lease it made, else 0.
    record Accepted(Revision revision, long created) implements Reply {}

    /// It changed nothing. `revision` is the state it was judged against.
    record Refused(Revision revision, Refusal refusal, String detail) implements Reply {}
}
