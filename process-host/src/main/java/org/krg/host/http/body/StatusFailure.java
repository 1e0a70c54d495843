// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.krg.host.HostFailure;

/// A failure whose HTTP status is not the usual one of its code.
public final class StatusFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// The status to answer with.
    public final int status;

    /// What to say.
    public final HostFailure failure;

    public StatusFailure(int status, HostFailure failure) {
        super(failure.getMessage(), failure);
        this.status = status;
        this.failure = failure;
    }
}
