// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

/// What an agent tells a process that [attends][AttachRequest.Attend].
public enum AttachOrder {
    /// All your threads stand still, and you say when they do.
    PAUSE(1),
    /// Give all back that ties you to me, and ask for it again once you may.
    DETACH(2),
    /// Your threads go on.
    RESUME(3),
    /// The checkpoint that you asked for is taken, or why not.
    SAVED(4);

    private final int number;

    AttachOrder(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
