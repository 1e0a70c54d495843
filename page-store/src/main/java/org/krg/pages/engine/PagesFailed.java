// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

/// Pages of a segment could not be had. The message is a clause that a user can read.
public final class PagesFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PagesFailed(String message) {
        super(message);
    }
}
