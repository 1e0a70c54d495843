// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Capabilities;
import org.krg.state.model.Engine;
import org.krg.state.model.Node;
import org.krg.state.model.Sha256;

/// What keeps a program from going on on another node, each with what to do about it.
public final class MoveFit {
    /// A file that is opened and not mapped: only its size counts.
    public static final Sha256 ANY_CONTENT = new Sha256("0".repeat(64));

    private static final String SHARED_REMEDY =
            "Have the program close it before the move, or save it and bring it back:"
                    + " krg-admin checkpoint create, then restore";

    private MoveFit() {}

    /// {@return what is different about two nodes so that a program cannot move}
    ///
    /// @param engine that saves the program
    public static List<Obstacle> between(Node from, Node to, Engine engine) {
        var where = "node " + to.id();
        var source = from.capabilities();
        var target = to.capabilities();
        var obstacles = new ArrayList<Obstacle>();
        if (to.state() != Node.State.READY) {
            obstacles.add(
                    new Obstacle(where, "is lost since " + to.since(), "Bring the node back"));
        }
        if (engine == Engine.COOPERATIVE) {
            // It is started there, as any program that the node can start.
            if (!target.engines().contains(engine)) {
                obstacles.add(
                        new Obstacle(
                                where,
                                "cannot bring a program back: its cells are not isolated",
                                "Run its agent as root on a machine with a cgroup2 tree"));
            }
            return obstacles;
        }
        if (!target.engines().contains(Engine.CRIU)) {
            obstacles.add(
                    new Obstacle(
                            where,
                            "cannot bring a program back: no CRIU passed its self-test there",
                            "See krg-admin system doctor"));
        } else if (!target.criu().equals(source.criu())) {
            obstacles.add(
                    new Obstacle(
                            where,
                            "has CRIU %s, and the program would be saved by CRIU %s"
                                    .formatted(target.criu(), source.criu()),
                            "Install the same version on all nodes; tools/setup does it"));
        }
        if (!target.architecture().equals(source.architecture())) {
            obstacles.add(
                    new Obstacle(
                            where,
                            "is %s, not %s".formatted(target.architecture(), source.architecture()),
                            "Choose a node of the same architecture"));
        } else if (isOlder(target, source)) {
            obstacles.add(
                    new Obstacle(
                            where,
                            "has kernel %s, older than %s"
                                    .formatted(target.kernel(), source.kernel()),
                            "Choose a node whose kernel is at least as new"));
        }
        return obstacles;
    }

    /// A file as it is on a node.
    ///
    /// @param digest present where the content counts
    public record PresentFile(long sizeBytes, Optional<Sha256> digest) {}

    /// {@return what is wrong with a file of a node}
    ///
    /// @param present empty when there is no such file
    public static Optional<Obstacle> file(
            String node, Footprint.NeededFile needed, Optional<PresentFile> present) {
        var where = "node " + node;
        var remedy = "Install the same file there, or choose another node";
        if (present.isEmpty()) {
            return Optional.of(
                    new Obstacle(
                            where, "has no file " + needed.path() + ", which is in use", remedy));
        }
        var file = present.get();
        if (file.sizeBytes() != needed.sizeBytes()) {
            return Optional.of(
                    new Obstacle(
                            where,
                            "has another %s: %d bytes, not %d"
                                    .formatted(needed.path(), file.sizeBytes(), needed.sizeBytes()),
                            remedy));
        }
        var differs = file.digest().filter(digest -> !digest.equals(needed.digest()));
        return differs.map(digest ->
                new Obstacle(
                        where,
                        "has another %s: digest %s, not %s"
                                .formatted(
                                        needed.path(),
                                        digest.hex().substring(0, 12),
                                        needed.digest().hex().substring(0, 12)),
                        remedy));
    }

    /// {@return what is wrong with a file that two nodes share}
    ///
    /// @param present its identity on the node; empty when there is no such file
    public static Optional<Obstacle> held(
            String node, Footprint.HeldFile file, Optional<String> present) {
        if (!present.equals(Optional.of(file.identity()))) {
            return Optional.empty();
        }
        var path = file.path();
        var what =
                switch (file.kind()) {
                    case "fifo" ->
                            "FIFO %s is the same on node %s: what is unread in it would be there twice"
                                    .formatted(path, node);
                    default -> lock(path, "node " + node + " shares with this one");
                };
        return Optional.of(new Obstacle(file.where(), what, SHARED_REMEDY));
    }

    /// {@return what is wrong with a lock on a file system that is everywhere the same}
    public static Obstacle networkLock(String where, String path) {
        return new Obstacle(
                where,
                lock(path, "other nodes share: its file system is a network's"),
                SHARED_REMEDY);
    }

    private static String lock(String path, String whoShares) {
        return "a lock is held on %s, which %s: it cannot be taken there before it is given back here"
                .formatted(path, whoShares);
    }

    /// {@return what a processor lacks that a program may have begun to use}
    public static Optional<Obstacle> cpu(String node, List<String> needed, List<String> present) {
        var missing = new TreeSet<>(needed);
        present.forEach(missing::remove);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Obstacle(
                                "node " + node,
                                "its processor lacks " + String.join(" ", missing),
                                "Choose a node with the same processor, or start the program on the"
                                        + " weakest one"));
    }

    private static boolean isOlder(Capabilities one, Capabilities other) {
        var mine = numbers(one.kernel());
        var theirs = numbers(other.kernel());
        for (var i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
            if (!mine.get(i).equals(theirs.get(i))) {
                return mine.get(i) < theirs.get(i);
            }
        }
        return false;
    }

    /// {@return the first two numbers of a release: `6.18.3-amd64` is 6 and 18}
    private static List<Integer> numbers(String release) {
        var numbers = new ArrayList<Integer>();
        for (var word : release.split("[.-]", -1)) {
            if (numbers.size() == 2 || !word.matches("[0-9]{1,6}")) {
                break;
            }
            numbers.add(Integer.parseInt(word));
        }
        return numbers;
    }
}
