// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.InvariantBroken;

/// An immutable sorted map: a change costs O(log n) and shares the rest with the table before.
///
/// A height-balanced binary tree (Adelson-Velsky and Landis, 1962) whose path to the change is
/// copied.
public final class Table<K extends Comparable<K>, V> {
    private final @Nullable Node<K, V> root;
    private final int size;

    private record Node<K, V>(
            K key, V value, int height, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {}

    private Table(@Nullable Node<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    /// {@return a table without entries}
    public static <K extends Comparable<K>, V> Table<K, V> empty() {
        return new Table<>(null, 0);
    }

    /// {@return how many entries there are}
    public int size() {
        return size;
    }

    /// {@return the value of `key`, if there is one}
    public Optional<V> find(K key) {
        var node = root;
        while (node != null) {
            var order = key.compareTo(node.key);
            if (order == 0) {
                return Optional.of(node.value);
            }
            node = order < 0 ? node.left : node.right;
        }
        return Optional.empty();
    }

    /// {@return the value of `key`} A missing key breaks an invariant.
    public V require(K key) {
        return find(key).orElseThrow(() -> new InvariantBroken("a row exists for " + key));
    }

    /// {@return this table with `key` set to `value`}
    public Table<K, V> with(K key, V value) {
        var grows = find(key).isEmpty() ? 1 : 0;
        return new Table<>(put(root, key, value), size + grows);
    }

    /// {@return this table without `key`}
    public Table<K, V> without(K key) {
        return find(key).isEmpty() ? this : new Table<>(remove(root, key), size - 1);
    }

    /// {@return the values in the order of their keys}
    public List<V> values() {
        var values = new ArrayList<V>(size);
        collect(root, values);
        return Collections.unmodifiableList(values);
    }

    /// {@return the entries in the order of their keys}
    public Stream<Entry<K, V>> stream() {
        return stream(new Walk<>(root));
    }

    /// {@return the entries from `first` on, which need not be a key, in the order of their keys}
    /// Finding the first costs O(log n).
    public Stream<Entry<K, V>> from(K first) {
        var walk = new Walk<K, V>(null);
        var node = root;
        while (node != null) {
            if (node.key.compareTo(first) < 0) {
                node = node.right;
            } else {
                walk.path.push(node);
                node = node.left;
            }
        }
        return stream(walk);
    }

    /// A key and its value.
    public record Entry<K, V>(K key, V value) {}

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Table<?, ?> table
                && size == table.size
                && stream().toList().equals(table.stream().toList());
    }

    @Override
    public int hashCode() {
        return stream().toList().hashCode();
    }

    @Override
    public String toString() {
        return stream().toList().toString();
    }

    /// The way to the next entry: nodes whose left side has been walked, the next one on top.
    private static final class Walk<K, V> implements Iterator<Entry<K, V>> {
        private final ArrayDeque<Node<K, V>> path = new ArrayDeque<>();

        Walk(@Nullable Node<K, V> root) {
            descend(root);
        }

        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public Entry<K, V> next() {
            var node = path.pop();
            descend(node.right);
            return new Entry<>(node.key, node.value);
        }

        private void descend(@Nullable Node<K, V> from) {
            for (var node = from; node != null; node = node.left) {
                path.push(node);
            }
        }
    }

    private static <K, V> Stream<Entry<K, V>> stream(Walk<K, V> walk) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(walk, Spliterator.ORDERED), false);
    }

    private static <K, V> void collect(@Nullable Node<K, V> node, List<V> into) {
        if (node != null) {
            collect(node.left, into);
            into.add(node.value);
            collect(node.right, into);
        }
    }

    private static <K extends Comparable<K>, V> Node<K, V> put(
            @Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return node(key, value, null, null);
        }
        var order = key.compareTo(node.key);
        if (order == 0) {
            return node(key, value, node.left, node.right);
        }
        return order < 0
                ? balanced(node.key, node.value, put(node.left, key, value), node.right)
                : balanced(node.key, node.value, node.left, put(node.right, key, value));
    }

    private static <K extends Comparable<K>, V> @Nullable Node<K, V> remove(
            @Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        var order = key.compareTo(node.key);
        if (order < 0) {
            return balanced(node.key, node.value, remove(node.left, key), node.right);
        }
        if (order > 0) {
            return balanced(node.key, node.value, node.left, remove(node.right, key));
        }
        if (node.left == null || node.right == null) {
            return node.left == null ? node.right : node.left;
        }
        var next = first(node.right);
        return balanced(next.key, next.value, node.left, remove(node.right, next.key));
    }

    private static <K, V> Node<K, V> first(Node<K, V> node) {
        var first = node;
        for (var left = first.left; left != null; left = first.left) {
            first = left;
        }
        return first;
    }

    private static <K, V> Node<K, V> balanced(
            K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left != null && height(left) > height(right) + 1) {
            var inner = left.right;
            if (inner != null && height(inner) > height(left.left)) {
                return node(
                        inner.key,
                        inner.value,
                        node(left.key, left.value, left.left, inner.left),
                        node(key, value, inner.right, right));
            }
            return node(left.key, left.value, left.left, node(key, value, inner, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            var inner = right.left;
            if (inner != null && height(inner) > height(right.right)) {
                return node(
                        inner.key,
                        inner.value,
                        node(key, value, left, inner.left),
                        node(right.key, right.value, inner.right, right.right));
            }
            return node(right.key, right.value, node(key, value, left, inner), right.right);
        }
        return node(key, value, left, right);
    }

    private static <K, V> Node<K, V> node(
            K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(key, value, Math.max(height(left), height(right)) + 1, left, right);
    }

    private static int height(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.height;
    }
}
