// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.List;
import java.util.stream.Stream;

/// If every comparison holds, `then` is done, else `otherwise`. Everything a client of keys does is
/// one of these.
public record Transaction(List<Comparison> when, List<Part> then, List<Part> otherwise) {
    public Transaction {
        when = List.copyOf(when);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /// {@return a transaction that does its parts in any case}
    public static Transaction of(Part... parts) {
        return new Transaction(List.of(), List.of(parts), List.of());
    }

    /// {@return whether it can only read}
    public boolean onlyReads() {
        return parts().allMatch(Part.Read.class::isInstance);
    }

    /// {@return the parts of both branches}
    public Stream<Part> parts() {
        return Stream.concat(then.stream(), otherwise.stream());
    }
}
