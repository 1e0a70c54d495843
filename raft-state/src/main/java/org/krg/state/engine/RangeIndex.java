// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Values by range of keys, found by a key in it. Ranges of one key are looked up, others stand in
/// an interval tree: a search tree by start whose nodes know the largest end below them (Cormen et
/// al., "Introduction to Algorithms", 14.3), balanced as a treap by hashes of the ranges. Guarded
/// by whoever owns it.
final class RangeIndex<T> {
    private final Map<Bytes, Set<T>> single = new HashMap<>();
    private @Nullable Node<T> root;

    private static final class Node<T> {
        private final KeyRange range;
        private final int priority;
        private final Set<T> values = new LinkedHashSet<>();
        private @Nullable Node<T> left;
        private @Nullable Node<T> right;

        /// Empty for no end.
        private Bytes largestEnd;

        Node(KeyRange range, T value) {
            this.range = range;
            this.priority = Integer.reverse(range.hashCode() * 0x9e3779b9);
            this.largestEnd = range.end();
            values.add(value);
        }
    }

    void add(KeyRange range, T value) {
        if (range.isOne()) {
            single.computeIfAbsent(range.start(), _ -> new LinkedHashSet<>()).add(value);
        } else if (!range.isEmpty()) {
            root = add(root, range, value);
        }
    }

    void remove(KeyRange range, T value) {
        if (range.isOne()) {
            single.computeIfPresent(
                    range.start(),
                    (_, values) -> {
                        values.remove(value);
                        return values.isEmpty() ? null : values;
                    });
        } else {
            root = remove(root, range, value);
        }
    }

    /// Shows the values of all ranges that contain `key`.
    void find(Bytes key, Consumer<T> found) {
        var exact = single.get(key);
        if (exact != null) {
            exact.forEach(found);
        }
        find(root, key, found);
    }

    private static <T> void find(@Nullable Node<T> node, Bytes key, Consumer<T> found) {
        if (node == null || !reaches(node.largestEnd, key)) {
            return;
        }
        find(node.left, key, found);
        if (node.range.start().compareTo(key) <= 0) {
            if (node.range.contains(key)) {
                node.values.forEach(found);
            }
            find(node.right, key, found);
        }
    }

    private static boolean reaches(Bytes end, Bytes key) {
        return end.isEmpty() || key.compareTo(end) < 0;
    }

    private static <T> Node<T> add(@Nullable Node<T> node, KeyRange range, T value) {
        if (node == null) {
            return new Node<>(range, value);
        }
        var order = range.compareTo(node.range);
        if (order == 0) {
            node.values.add(value);
            return node;
        }
        if (order < 0) {
            var left = add(node.left, range, value);
            node.left = left;
            return left.priority > node.priority ? rightRotated(node, left) : measured(node);
        }
        var right = add(node.right, range, value);
        node.right = right;
        return right.priority > node.priority ? leftRotated(node, right) : measured(node);
    }

    private static <T> @Nullable Node<T> remove(@Nullable Node<T> node, KeyRange range, T value) {
        if (node == null) {
            return null;
        }
        var order = range.compareTo(node.range);
        if (order < 0) {
            node.left = remove(node.left, range, value);
        } else if (order > 0) {
            node.right = remove(node.right, range, value);
        } else {
            node.values.remove(value);
            if (node.values.isEmpty()) {
                return merged(node.left, node.right);
            }
        }
        return measured(node);
    }

    private static <T> @Nullable Node<T> merged(@Nullable Node<T> left, @Nullable Node<T> right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        if (left.priority > right.priority) {
            left.right = merged(left.right, right);
            return measured(left);
        }
        right.left = merged(left, right.left);
        return measured(right);
    }

    private static <T> Node<T> rightRotated(Node<T> node, Node<T> left) {
        node.left = left.right;
        left.right = measured(node);
        return measured(left);
    }

    private static <T> Node<T> leftRotated(Node<T> node, Node<T> right) {
        node.right = right.left;
        right.left = measured(node);
        return measured(right);
    }

    private static <T> Node<T> measured(Node<T> node) {
        var end = node.range.end();
        end = node.left == null ? end : later(end, node.left.largestEnd);
        node.largestEnd = node.right == null ? end : later(end, node.right.largestEnd);
        return node;
    }

    private static Bytes later(Bytes one, Bytes other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Bytes.EMPTY;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }
}
