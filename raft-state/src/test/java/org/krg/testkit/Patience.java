// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Gives what tests wait for, without naming a limit of their own, the time of a loaded machine.
/// JUnit finds it by itself, in every module that has these tests on its class path.
public final class Patience implements BeforeAllCallback {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
