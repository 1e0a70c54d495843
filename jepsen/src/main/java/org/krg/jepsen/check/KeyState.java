// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;

/// All keys at one revision, and what a transaction does to them: the model that krg is held
/// against. It knows nothing of how krg does it.
final class KeyState {
    private final NavigableMap<String, Entry> entries = new TreeMap<>();

    /// What a transaction gives and changes.
    record Outcome(boolean succeeded, List<Result> results, List<Change> changes) {}

    /// {@return what `transaction` does to these keys if it writes at `revision`} They stay as they
    /// are.
    Outcome evaluate(Transaction transaction, long revision) {
        var succeeded = transaction.when().stream().allMatch(this::holds);
        var branch = new Branch(revision);
        var results =
                (succeeded ? transaction.then() : transaction.otherwise())
                        .stream().map(branch::perform).toList();
        return new Outcome(succeeded, results, branch.changes());
    }

    /// Takes changes over.
    void apply(List<Change> changes) {
        for (var change : changes) {
            change.now()
                    .ifPresentOrElse(
                            now -> entries.put(change.key(), now),
                            () -> entries.remove(change.key()));
        }
    }

    Optional<Entry> find(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    private boolean holds(Comparison comparison) {
        var entry = find(comparison.key());
        return switch (comparison) {
            case Comparison.ValueIs(_, var value) ->
                    entry.map(Entry::value).filter(value::equals).isPresent();
            case Comparison.VersionIs(_, var version) ->
                    entry.map(Entry::version).orElse(0L) == version;
        };
    }

    /// The keys as a branch that is being done sees them.
    private final class Branch {
        private final long revision;
        private final Map<String, Optional<Entry>> written = new TreeMap<>();

        Branch(long revision) {
            this.revision = revision;
        }

        Result perform(Part part) {
            return switch (part) {
                case Part.Read(var span) -> new Result.Found(List.copyOf(in(span).values()));
                case Part.Write(var key, var value) -> {
                    var before = written.getOrDefault(key, find(key));
                    written.put(
                            key,
                            Optional.of(
                                    before.map(it -> it.written(value, revision))
                                            .orElseGet(() -> Entry.made(key, value, revision))));
                    yield new Result.Written();
                }
                case Part.Remove(var span) -> {
                    var gone = List.copyOf(in(span).keySet());
                    gone.forEach(key -> written.put(key, Optional.empty()));
                    yield new Result.Removed(gone.size());
                }
            };
        }

        private NavigableMap<String, Entry> in(Span span) {
            var found = new TreeMap<>(entries.subMap(span.start(), span.end()));
            written.forEach((key, entry) -> {
                if (span.contains(key)) {
                    entry.ifPresentOrElse(it -> found.put(key, it), () -> found.remove(key));
                }
            });
            return found;
        }

        List<Change> changes() {
            var changes = new ArrayList<Change>();
            written.forEach((key, entry) -> {
                if (entry.isPresent() || find(key).isPresent()) {
                    changes.add(new Change(revision, key, entry, find(key)));
                }
            });
            return changes;
        }
    }
}
