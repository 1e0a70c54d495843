// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

/// What was to be put into a segment is something else, or too long for it.
public final class NotContents extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotContents(String message) {
        super(message);
    }
}
