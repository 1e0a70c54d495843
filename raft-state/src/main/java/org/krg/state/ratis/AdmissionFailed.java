// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import org.jspecify.annotations.Nullable;

/// A change of the group's members was not made: another one is under way, the node does not
/// answer, or this node does not lead.
public final class AdmissionFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    AdmissionFailed(String change, @Nullable Throwable cause) {
        super(
                "the group did not take "
                        + change
                        + (cause == null ? "" : ": " + cause.getMessage()),
                cause);
    }
}
