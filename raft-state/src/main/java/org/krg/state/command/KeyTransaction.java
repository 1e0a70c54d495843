// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.List;

/// If every comparison holds, `then` is done, else `otherwise`. Reads of a branch see its own
/// writes; comparisons see none, also where a transaction inside has them. A key is written at most
/// once in one branch.
public record KeyTransaction(
        List<KeyComparison> when, List<KeyRequest> then, List<KeyRequest> otherwise) {
    public KeyTransaction {
        when = List.copyOf(when);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /// {@return a transaction that does `request` in any case}
    public static KeyTransaction of(KeyRequest request) {
        return new KeyTransaction(List.of(), List.of(request), List.of());
    }

    /// {@return what is done}
    ///
    /// @param succeeded whether all comparisons hold
    public List<KeyRequest> branch(boolean succeeded) {
        return succeeded ? then : otherwise;
    }

    /// {@return whether it writes nothing, whatever the keys are}
    public boolean isReadOnly() {
        return areReads(then) && areReads(otherwise);
    }

    private static boolean areReads(List<KeyRequest> requests) {
        for (var request : requests) {
            var reads =
                    switch (request) {
                        case KeyRequest.Read _ -> true;
                        case KeyRequest.Put _, KeyRequest.Delete _ -> false;
                        case KeyRequest.Nested(var inner) -> inner.isReadOnly();
                    };
            if (!reads) {
                return false;
            }
        }
        return true;
    }
}
