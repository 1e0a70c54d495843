// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.krg.state.model.NodeId;

/// Conversations that nobody has at the moment, for whoever talks to the same node soon: a new one
/// costs a handshake of TLS. Safe for use from any thread.
final class IdleConversations {
    private static final int MOST_OF_A_NODE = 2;

    /// So long an address of a node is good at least.
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private record Idle(Conversation conversation, long sinceNanos) {
        boolean isGood() {
            return conversation.isOpen() && System.nanoTime() - sinceNanos < LIMIT.toNanos();
        }
    }

    private final Map<NodeId, Deque<Idle>> byNode = new HashMap<>();

    /// {@return one with a node, which is no longer here}
    synchronized Optional<Conversation> take(NodeId node) {
        var idle = byNode.getOrDefault(node, new ArrayDeque<>());
        while (!idle.isEmpty()) {
            var newest = idle.pop();
            if (newest.isGood()) {
                return Optional.of(newest.conversation());
            }
            newest.conversation().close();
        }
        return Optional.empty();
    }

    /// Takes one at whose end nothing was left unsaid.
    synchronized void put(NodeId node, Conversation conversation) {
        var idle = byNode.computeIfAbsent(node, _ -> new ArrayDeque<>());
        idle.push(new Idle(conversation, System.nanoTime()));
        if (idle.size() > MOST_OF_A_NODE) {
            idle.removeLast().conversation().close();
        }
    }

    /// Ends those with a node.
    synchronized void close(NodeId node) {
        var idle = byNode.remove(node);
        if (idle != null) {
            idle.forEach(it -> it.conversation().close());
        }
    }
}
