// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.host.core.SeenNetwork.Link;
import org.krg.host.model.CellId;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Closes the gap between the addresses of processes, as agreed, and where a machine leads packets
/// for them.
///
/// A link is connected and cut by whoever lets its cell go on and stand still; here it is removed
/// when its incarnation is not the present one any more. Of a program that has ended by itself the
/// kernel may still send the last bytes: its link stays until the kernel or the next incarnation
/// removes it, or for [#LAST_WORDS].
public final class NetworkPlan {
    /// As long as the kernel tries to deliver what an ended program wrote, more or less.
    public static final Duration LAST_WORDS = Duration.ofMinutes(2);

    private final ClusterImage image;
    private final NodeId self;
    private final SeenNetwork seen;
    private final Instant now;

    private NetworkPlan(ClusterImage image, NodeId self, SeenNetwork seen, Instant now) {
        this.image = image;
        this.self = self;
        this.seen = seen;
        this.now = now;
    }

    /// {@return what to do now: links that are void first} Planning again when all of it is done
    /// yields nothing new.
    public static List<NetworkStep> plan(
            ClusterImage image, NodeId self, SeenNetwork seen, Instant now) {
        return new NetworkPlan(image, self, seen, now).plan();
    }

    /// {@return where the agreed addresses are to lead}: whatever else changes in the image changes
    /// nothing here
    public static SortedMap<Ipv4Address, CellId> agreed(ClusterImage image) {
        var agreed = new TreeMap<Ipv4Address, CellId>();
        for (var process : image.processes().values()) {
            if (!(process.phase() instanceof Phase.Ended)) {
                process.address()
                        .ifPresent(address ->
                                agreed.put(
                                        address,
                                        new CellId(process.id().value(), process.epoch().value())));
            }
        }
        return agreed;
    }

    private List<NetworkStep> plan() {
        var steps = new ArrayList<NetworkStep>();
        var living = agreed(image);
        for (var link : seen.links()) {
            if (link.node().equals(self)) {
                of(link).ifPresent(steps::add);
            }
        }
        var needsSink = !living.isEmpty() || !seen.links().isEmpty();
        if (needsSink && !seen.sink()) {
            steps.add(new NetworkStep.MakeSink());
        }
        living.forEach((address, cell) -> away(address, cell).ifPresent(steps::add));
        for (var address : seen.forwarded().keySet()) {
            if (!living.containsKey(address)) {
                steps.add(new NetworkStep.Forget(address));
            }
        }
        if (!needsSink && seen.sink()) {
            steps.add(new NetworkStep.RemoveSink());
        }
        return steps;
    }

    private Optional<NetworkStep> of(Link link) {
        if (isVoid(link.cell())) {
            return Optional.of(new NetworkStep.RemoveLink(link));
        }
        var leads = link.name().equals(seen.direct().get(link.address()));
        return link.up() && isAgreed(link.cell()) && !leads
                ? Optional.of(new NetworkStep.Lead(link))
                : Optional.empty();
    }

    private boolean isVoid(CellId cell) {
        var process = image.processes().find(new ProcessId(cell.process()));
        if (process.isEmpty()) {
            return cell.process() < image.nextNumber();
        }
        if (isExpected(cell) || process.get().lastEpoch().value() < cell.epoch()) {
            return false;
        }
        var elsewhere = process.get().phase().host().filter(host -> !host.equals(self));
        return process.get().epoch().value() != cell.epoch()
                || elsewhere.isPresent()
                || (process.get().phase() instanceof Phase.Ended(_, _, var at)
                        && at.plus(LAST_WORDS).isBefore(now));
    }

    private boolean isAgreed(CellId cell) {
        return image.processes()
                .find(new ProcessId(cell.process()))
                .filter(process -> process.epoch().value() == cell.epoch())
                .flatMap(process -> process.phase().host())
                .filter(self::equals)
                .isPresent();
    }

    private boolean isExpected(CellId cell) {
        return image.migrations().values().stream()
                .filter(Migration::isActive)
                .map(Migration::route)
                .anyMatch(route ->
                        route.to().equals(self)
                                && route.process().value() == cell.process()
                                && route.next().value() == cell.epoch());
    }

    /// What follows for the address of a process on another machine.
    private Optional<NetworkStep> away(Ipv4Address address, CellId cell) {
        var present = Optional.ofNullable(seen.forwarded().get(address));
        var host =
                image.processes()
                        .find(new ProcessId(cell.process()))
                        .map(HostedProcess::phase)
                        .flatMap(Phase::host);
        if (host.filter(self::equals).isPresent()) {
            // The route is replaced when the cell is connected.
            return Optional.empty();
        }
        var gateway = host.flatMap(seen::gateway);
        if (gateway.isEmpty()) {
            return present.map(_ -> new NetworkStep.Forget(address));
        }
        return gateway.equals(present)
                ? Optional.empty()
                : Optional.of(new NetworkStep.Forward(address, gateway.get()));
    }
}
