// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.krg.host.HostFailure;
import org.krg.host.ProcessHost;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.Submission;
import org.krg.host.http.body.SubmissionBody;
import org.krg.host.http.cluster.Replica;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Engine;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;

/// Turns what a user asks for into a job: finds the program and the user, fills in what depends on
/// the cluster, and says at once what no node could ever run.
final class Reception {
    private final ProcessHost local;
    private final Replica replica;
    private final SecureRandom random = new SecureRandom();

    Reception(ProcessHost local, Replica replica) {
        this.local = local;
        this.replica = replica;
    }

    /// A job that can be proposed.
    ///
    /// @param name as the user gave it
    /// @param freeName what it is called otherwise
    record Wish(Optional<String> name, String freeName, JobSpec spec) {}

    Wish receive(SubmissionBody body, Caller caller) {
        var submission = Submission.of(body);
        var user = user(submission, caller);
        if (!Files.isDirectory(Path.of(submission.workingDirectory()))) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "there is no directory " + submission.workingDirectory() + " on this node",
                    "give one that exists on every node with --cwd");
        }
        var program =
                local.resolve(
                        submission.command().getFirst(),
                        submission.searchPath(),
                        submission.workingDirectory(),
                        user);
        var image = replica.image();
        var asked = submission.spec(program, user, best(image));
        var spec = submission.ownAddress() ? asked.withCellNetwork(pool(image)) : asked;
        requirePlaceable(image, spec);
        return new Wish(submission.name(), freeName(image, submission.nameOfProgram()), spec);
    }

    /// Throws [HostFailure] when a job that was submitted elsewhere cannot be one of the caller's
    /// here.
    void requireWelcome(JobSpec spec, Caller caller) {
        Accounts.requireOwn(caller);
        requirePlaceable(replica.image(), spec);
    }

    /// {@return `name` and something that nobody else picks}
    String unusedName(String name) {
        var bytes = new byte[4];
        random.nextBytes(bytes);
        return name + "-" + HexFormat.of().formatHex(bytes);
    }

    private String freeName(ClusterImage image, String name) {
        var taken = image.findJob(name).filter(job -> image.lives(job.id())).isPresent();
        return taken ? unusedName(name) : name;
    }

    private static Identity user(Submission submission, Caller caller) {
        Accounts.requireOwn(caller);
        if (submission.user().isEmpty()) {
            return caller.identity();
        }
        var name = submission.user().get();
        if (caller.identity().uid() != 0) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "only root may run a job as another user",
                    "leave --user out: the job runs as " + caller.identity().name());
        }
        return Accounts.require(name);
    }

    /// {@return the addresses that cells get: all nodes are given the same ones}
    private static AddressPool pool(ClusterImage image) {
        return image.nodes().values().stream()
                .map(node -> node.capabilities().cellNetwork())
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.CANNOT_BE_PLACED,
                                "on no node can a cell have an address of its own",
                                "`krg-admin node show NODE` tells why in its notes; leave out --net"
                                        + " cell to use the network of the node"));
    }

    /// CRIU where any node offers it.
    private static Engine best(ClusterImage image) {
        return image.nodes().values().stream()
                        .anyMatch(node -> node.capabilities().engines().contains(Engine.CRIU))
                ? Engine.CRIU
                : Engine.RESTART;
    }

    private static void requirePlaceable(ClusterImage image, JobSpec spec) {
        var nodes = image.nodes().values();
        for (var wanted : spec.onlyOn()) {
            if (image.nodes().find(wanted).isEmpty()) {
                throw new HostFailure(
                        HostFailure.Code.NOT_FOUND,
                        "there is no node " + wanted,
                        "`krg-admin node list` shows those there are");
            }
        }
        var reasons = nodes.stream().map(node -> node.id() + ": " + objection(node, spec)).toList();
        if (!nodes.isEmpty() && nodes.stream().noneMatch(node -> objection(node, spec).isEmpty())) {
            throw new HostFailure(
                    HostFailure.Code.CANNOT_BE_PLACED,
                    "no node could ever take it: " + text(reasons),
                    "ask for less, or add a node that has it");
        }
    }

    private static String text(List<String> reasons) {
        return reasons.stream().limit(5).collect(Collectors.joining(", "))
                + (reasons.size() > 5 ? ", …" : "");
    }

    /// {@return why the node could not take it even if it were empty; nothing if it could}
    private static String objection(Node node, JobSpec spec) {
        var able = node.capabilities();
        var checkpoint = spec.checkpoint();
        if (!spec.onlyOn().isEmpty() && !spec.onlyOn().contains(node.id())) {
            return "it may not run there";
        }
        if (spec.reserve().cpuMillis() > node.capacity().cpuMillis()) {
            return "%s of %s cpus"
                    .formatted(cpus(spec.reserve().cpuMillis()), cpus(node.capacity().cpuMillis()));
        }
        if (spec.reserve().memoryBytes() > node.capacity().memoryBytes()) {
            return "%s of %s MiB"
                    .formatted(
                            spec.reserve().memoryBytes() >> 20,
                            node.capacity().memoryBytes() >> 20);
        }
        if (!able.root() && able.uid() != spec.runAs().uid()) {
            return "its agent can host uid " + able.uid() + " only";
        }
        if (spec.cellNetwork().isPresent() && !spec.cellNetwork().equals(able.cellNetwork())) {
            return "cells cannot have addresses of " + spec.cellNetwork().get() + " there";
        }
        return checkpoint.schedule().isPeriodic() && !able.engines().contains(checkpoint.engine())
                ? "it does not offer the engine " + checkpoint.engine()
                : "";
    }

    private static String cpus(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }
}
