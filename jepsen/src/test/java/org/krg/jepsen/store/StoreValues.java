// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Notice;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.state.KeySpace;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// Values of a history as the store takes them, and back.
final class StoreValues {
    private StoreValues() {}

    static KeyTransaction transaction(Transaction transaction) {
        return new KeyTransaction(
                transaction.when().stream().map(StoreValues::comparison).toList(),
                transaction.then().stream().map(StoreValues::request).toList(),
                transaction.otherwise().stream().map(StoreValues::request).toList());
    }

    private static KeyComparison comparison(Comparison comparison) {
        var operand =
                switch (comparison) {
                    case Comparison.ValueIs(_, var value) ->
                            new KeyComparison.Operand.Value(Bytes.of(value));
                    case Comparison.VersionIs(_, var version) ->
                            new KeyComparison.Operand.Version(version);
                };
        return new KeyComparison(
                KeyRange.one(Bytes.of(comparison.key())), KeyComparison.Relation.EQUAL, operand);
    }

    private static KeyRequest request(Part part) {
        return switch (part) {
            case Part.Read(var span) -> new KeyRequest.Read(RangeRead.of(range(span)));
            case Part.Write(var key, var value) ->
                    KeyRequest.Put.of(Bytes.of(key), Bytes.of(value), KeyValue.NO_LEASE);
            case Part.Remove(var span) -> new KeyRequest.Delete(range(span), false);
        };
    }

    static KeyRange range(Span span) {
        return new KeyRange(Bytes.of(span.start()), Bytes.of(span.end()));
    }

    static List<Result> results(List<KeyResult> results) {
        return results.stream().map(StoreValues::result).toList();
    }

    static Result result(KeyResult result) {
        return switch (result) {
            case KeyResult.Found found ->
                    new Result.Found(found.keys().stream().map(StoreValues::entry).toList());
            case KeyResult.Written _ -> new Result.Written();
            case KeyResult.Deleted deleted -> new Result.Removed(deleted.count());
            case KeyResult.Nested _ -> throw new AssertionError("nobody asked for " + result);
        };
    }

    static Entry entry(KeyValue key) {
        return new Entry(
                text(key.key()),
                text(key.value()),
                key.created().value(),
                key.modified().value(),
                key.version());
    }

    static Notice notice(KeySpace.Notice notice) {
        return switch (notice) {
            case KeySpace.Notice.Changes(var revision, var changes) ->
                    new Notice.Changes(
                            revision.value(), changes.stream().map(StoreValues::change).toList());
            case KeySpace.Notice.Bookmark(var revision) -> new Notice.Bookmark(revision.value());
            case KeySpace.Notice.Ended(var why) -> new Notice.Ended(String.valueOf(why));
        };
    }

    private static Change change(KeySpace.Change change) {
        return new Change(
                change.now().modified().value(),
                text(change.now().key()),
                change.isDelete() ? Optional.empty() : Optional.of(entry(change.now())),
                change.before().map(StoreValues::entry));
    }

    private static String text(Bytes bytes) {
        return new String(bytes.unsafe(), StandardCharsets.UTF_8);
    }
}
