// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.DirectoryContents;

/// Finds what keeps a directory that is the job's own from going along, and a program from saving
/// itself there.
public final class OwnDirectoryCheck {
    /// Each is written by a helper process when it is put back.
    static final int MOST_NAMES = 1000;

    private static final String CALL_BACK =
            "Have the program save itself in a callback (krg_checkpoint_on of libkrg), or submit the"
                    + " job with --engine restart";

    private OwnDirectoryCheck() {}

    /// {@return what is wrong with what is in the directory}
    ///
    /// @param path of the directory
    /// @param rootPid of the program, as it is counted inside the cell
    public static List<Blocker> blockers(String path, DirectoryContents own, int rootPid) {
        var blockers = new ArrayList<Blocker>();
        for (var denied : own.denied()) {
            blockers.add(blocker(rootPid, SavedFiles.denied(denied), SavedFiles.DENIED_REMEDY));
        }
        if (own.itself().isEmpty() && own.denied().isEmpty()) {
            return List.of(
                    blocker(
                            rootPid,
                            path + ", the job's own directory, is not there, or no directory",
                            "Make it, or submit the job without --own-dir"));
        }
        for (var other : own.others()) {
            blockers.add(
                    blocker(
                            rootPid,
                            other
                                    + " cannot go along: it is no file, directory or link, or has a"
                                    + " name that is no text here",
                            "Have the program make it elsewhere, or name it in ASCII"));
        }
        if (own.size() > MOST_NAMES) {
            blockers.add(
                    blocker(
                            rootPid,
                            "%s, the job's own directory, has %d names, at most %d go along"
                                    .formatted(path, own.size(), MOST_NAMES),
                            "Have the program keep fewer, larger files there"));
        }
        return List.copyOf(blockers);
    }

    /// {@return what keeps a running program from saving itself}
    ///
    /// @param usesLibrary whether it can be asked at all
    /// @param mostBytes of all files together
    public static List<Blocker> savesItself(
            String path, DirectoryContents own, int rootPid, boolean usesLibrary, long mostBytes) {
        var blockers = new ArrayList<Blocker>();
        if (!usesLibrary) {
            blockers.add(unasked(rootPid));
        }
        blockers.addAll(blockers(path, own, rootPid));
        var totalBytes = SavedFiles.totalBytes(own.files());
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
        return blocker(
                rootPid, "it cannot be asked to save itself, since it has no callback", CALL_BACK);
    }

    private static Blocker blocker(int pid, String what, String remedy) {
        return new Blocker(pid, OptionalInt.empty(), what, remedy);
    }
}
