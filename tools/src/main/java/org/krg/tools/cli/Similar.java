// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Guesses what a mistyped word was meant to be.
final class Similar {
    private Similar() {}

    /// {@return the known word that differs least, if it differs little}
    static Optional<String> to(String word, List<String> known) {
        int tolerated = Math.max(1, (word.length() + 1) / 3);
        return known.stream()
                .filter(other -> distance(word, other) <= tolerated || other.startsWith(word))
                .min(Comparator.comparingInt(other -> distance(word, other)));
    }

    // Letters to insert, remove or replace, as Levenshtein counts them.
    static int distance(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
