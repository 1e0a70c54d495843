// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import java.util.List;
import org.krg.tools.cli.Dispatch;
import org.krg.tools.cli.Terminal;

/// The main of `krg-admin`: everything a user or operator of krg does.
public final class KrgAdmin {
    private KrgAdmin() {}

    static void main(String[] arguments) {
        System.exit(new Dispatch(new Verbs(), Terminal.ofProcess()).run(List.of(arguments)));
    }
}
