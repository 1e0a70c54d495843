// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Order;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Requests about keys, from the fields of bodies and queries. All methods are pure and throw
/// [org.krg.host.HostFailure] that names the mistake.
public final class KeyBodies {
    /// Transactions inside of each other; the rules have a limit of their own.
    private static final int MOST_NESTED = 8;

    private KeyBodies() {}

    /// A read.
    ///
    /// @param stale whether what this node has is enough
    public record Reading(RangeRead read, boolean stale) {}

    /// {@return what a query reads}
    public static Reading reading(List<String> names, Function<String, String> values) {
        var fields = Fields.of(names, values);
        var stale = fields.flag("stale");
        return new Reading(read(fields), stale);
    }

    /// {@return the keys that a query names, and nothing else}
    public static KeyRange range(List<String> names, Function<String, String> values) {
        var fields = Fields.of(names, values);
        var range = fields.range();
        fields.end();
        return range;
    }

    /// {@return what a query watches}
    public static WatchSpec watch(List<String> names, Function<String, String> values) {
        var fields = Fields.of(names, values);
        var spec =
                new WatchSpec(
                        fields.range(),
                        fields.number("since").map(Revision::new),
                        fields.flag("previous"),
                        true,
                        true,
                        true);
        fields.end();
        return spec;
    }

    /// {@return the transaction of a body}
    public static KeyTransaction transaction(ObjectNode body) {
        return transaction(Fields.of(body), MOST_NESTED);
    }

    /// {@return the revision of a body}
    public static Revision revision(ObjectNode body) {
        var fields = Fields.of(body);
        var revision = fields.number("revision");
        fields.end();
        return new Revision(revision.orElseThrow(() -> fields.wrong("revision", "is missing")));
    }

    private static KeyTransaction transaction(Fields fields, int depth) {
        if (depth == 0) {
            throw fields.wrong("transaction", "stands inside of too many others");
        }
        var transaction =
                new KeyTransaction(
                        fields.list("when").stream().map(KeyBodies::comparison).toList(),
                        requests(fields.list("then"), depth),
                        requests(fields.list("otherwise"), depth));
        fields.end();
        return transaction;
    }

    private static List<KeyRequest> requests(List<Fields> items, int depth) {
        return items.stream().map(item -> request(item, depth)).toList();
    }

    private static KeyRequest request(Fields item, int depth) {
        var found = new ArrayList<KeyRequest>();
        item.object("put").map(KeyBodies::put).ifPresent(found::add);
        item.object("delete").map(KeyBodies::delete).ifPresent(found::add);
        item.object("range").map(KeyBodies::read).map(KeyRequest.Read::new).ifPresent(found::add);
        item.object("transaction")
                .map(inner -> new KeyRequest.Nested(transaction(inner, depth - 1)))
                .ifPresent(found::add);
        item.end();
        if (found.size() != 1) {
            throw item.wrong("put", "an item has one of put, delete, range and transaction");
        }
        return found.getFirst();
    }

    private static KeyRequest put(Fields fields) {
        var put =
                new KeyRequest.Put(
                        fields.requireBytes("key"),
                        fields.bytes("value").orElse(Bytes.EMPTY),
                        new LeaseId(fields.number("lease").orElse(0L)),
                        fields.flag("previous"),
                        fields.flag("keepValue"),
                        fields.flag("keepLease"));
        fields.end();
        return put;
    }

    private static KeyRequest delete(Fields fields) {
        var delete = new KeyRequest.Delete(fields.range(), fields.flag("previous"));
        fields.end();
        return delete;
    }

    private static RangeRead read(Fields fields) {
        var count = fields.flag("count");
        var keysOnly = fields.flag("keysOnly");
        var read =
                new RangeRead(
                        fields.range(),
                        new Revision(fields.number("revision").orElse(0L)),
                        fields.number("limit").orElse(0L),
                        new Order(
                                fields.text("order")
                                        .map(word -> constant(fields, "order", word, By.KEY))
                                        .orElse(By.KEY),
                                fields.flag("descending")),
                        new Bounds(
                                fields.number("minModified").orElse(0L),
                                fields.number("maxModified").orElse(0L),
                                fields.number("minCreated").orElse(0L),
                                fields.number("maxCreated").orElse(0L)),
                        count ? Shows.COUNT : keysOnly ? Shows.KEYS : Shows.ALL);
        fields.end();
        return read;
    }

    private static KeyComparison comparison(Fields fields) {
        KeyRange range = fields.range();
        var relation =
                fields.text("is")
                        .map(word -> constant(fields, "is", word, Relation.EQUAL))
                        .orElse(Relation.EQUAL);
        var operands = new ArrayList<Operand>();
        fields.number("version").map(Operand.Version::new).ifPresent(operands::add);
        fields.number("created").map(Operand.Created::new).ifPresent(operands::add);
        fields.number("modified").map(Operand.Modified::new).ifPresent(operands::add);
        fields.number("lease").map(Operand.OfLease::new).ifPresent(operands::add);
        fields.bytes("value").map(Operand.Value::new).ifPresent(operands::add);
        fields.end();
        if (operands.size() != 1) {
            throw fields.wrong(
                    "value", "a comparison has one of version, created, modified, lease and value");
        }
        return new KeyComparison(range, relation, operands.getFirst());
    }

    private static <E extends Enum<E>> E constant(
            Fields fields, String name, String word, E example) {
        var all = example.getDeclaringClass().getEnumConstants();
        return find(all, word)
                .orElseThrow(() ->
                        fields.wrong(
                                name,
                                "is one of "
                                        + Arrays.stream(all)
                                                .map(KeyBodies::word)
                                                .collect(Collectors.joining(", "))
                                        + ", not "
                                        + word));
    }

    private static <E extends Enum<E>> Optional<E> find(E[] all, String word) {
        return Arrays.stream(all).filter(it -> word(it).equals(word)).findFirst();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
