// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.state.model.StartFault;

/// How much a machine is like the one that a checkpoint was taken on.
public final class Likeness {
    private Likeness() {}

    /// {@return what is different here}
    public static List<String> differences(Origin there, Origin here) {
        var found = new ArrayList<String>();
        compare(found, "engine", there.engineVersion(), here.engineVersion());
        compare(found, "kernel", there.kernel(), here.kernel());
        compare(found, "architecture", there.architecture(), here.architecture());
        compare(found, "processor", there.cpu(), here.cpu());
        return found;
    }

    /// {@return a failed restore as what it says about the checkpoint} For a cause that nobody
    /// knows it says nothing where the machine is another one.
    public static Failure judged(Failure failure, Origin there, Origin here) {
        var differences = differences(there, here);
        if (failure.code().fault() != StartFault.UNKNOWN || differences.isEmpty()) {
            return failure;
        }
        return new Failure(
                failure.phase(),
                Code.UNLIKE,
                failure.cause() + "; it was saved elsewhere: " + String.join(", ", differences),
                "Restore it on a node like the one it was saved on",
                failure.next(),
                failure.log());
    }

    private static void compare(List<String> found, String what, String there, String here) {
        if (!there.equals(here)) {
            found.add("%s %s, here %s".formatted(what, there, here));
        }
    }
}
