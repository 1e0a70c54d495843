// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

/// The version of krg, of all its modules alike.
public final class KrgVersion {
    /// As in the parent pom.
    public static final String CURRENT = "0.1.0";

    private KrgVersion() {}
}
