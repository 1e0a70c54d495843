// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.OwnState;

/// Finds what keeps a program from being saved that saves itself.
public final class OwnStateCheck {
    /// Each is written by a helper process when it is put back.
    static final int MOST_FILES = 1000;

    private static final String CALL_BACK =
            "Have the program save itself in a callback (krg_checkpoint_on of libkrg), or submit the"
                    + " job with --engine restart";

    private OwnStateCheck() {}

    /// {@return every blocker of a running program}
    ///
    /// @param rootPid of the program, as it is counted inside the cell
    /// @param usesLibrary whether it can be asked at all
    /// @param mostBytes of all files together
    public static List<Blocker> blockers(
            OwnState state, int rootPid, boolean usesLibrary, long mostBytes) {
        var blockers = new ArrayList<Blocker>();
        if (!usesLibrary) {
            blockers.add(blocker(rootPid, notAsked(), CALL_BACK));
        }
        blockers.addAll(blockers(state, rootPid, mostBytes));
        return List.copyOf(blockers);
    }

    /// {@return what is wrong with what a program has saved}
    public static List<Blocker> blockers(OwnState state, int rootPid, long mostBytes) {
        var blockers = new ArrayList<Blocker>();
        for (var other : state.others()) {
            blockers.add(
                    blocker(
                            rootPid,
                            other + " is neither a file nor a directory, and cannot be kept",
                            "Have the program keep plain files in KRG_STATE_DIR"));
        }
        if (state.files().size() > MOST_FILES) {
            blockers.add(
                    blocker(
                            rootPid,
                            "KRG_STATE_DIR has %d files, at most %d are kept"
                                    .formatted(state.files().size(), MOST_FILES),
                            "Have the program keep fewer, larger files there"));
        }
        var totalBytes = SavedFiles.totalBytes(state.files());
        if (totalBytes > mostBytes) {
            blockers.add(
                    blocker(
                            rootPid,
                            "files in KRG_STATE_DIR have %d bytes, the limit is %d"
                                    .formatted(totalBytes, mostBytes),
                            "Raise --file-limit of the job to " + totalBytes + " or more"));
        }
        return List.copyOf(blockers);
    }

    /// {@return why a program is not saved that nobody could ask}
    public static Blocker unasked(int rootPid) {
        return blocker(rootPid, notAsked(), CALL_BACK);
    }

    private static String notAsked() {
        return "it cannot be asked to save itself, since it has no callback";
    }

    private static Blocker blocker(int pid, String what, String remedy) {
        return new Blocker(pid, OptionalInt.empty(), what, remedy);
    }
}
