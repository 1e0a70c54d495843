// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Program;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobSpec;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.ProcessId;

/// What a job asks for, as what a cell is made for.
public final class CellSpecs {
    private CellSpecs() {}

    /// What one process of a job has that its job does not say.
    ///
    /// @param address its own, if it has one
    /// @param environment that it gets beside its job's, `NAME=VALUE`
    /// @param partners the addresses of all ranks of its job, if it has several: they are saved and
    ///   brought back as one, with the connections between them
    public record Own(
            Optional<Ipv4Address> address, List<String> environment, List<Ipv4Address> partners) {
        public Own {
            environment = List.copyOf(environment);
            partners = List.copyOf(partners);
        }
    }

    /// {@return what a process has of its own} The ranks of a parallel job are told which of how
    /// many they are, and where the others are.
    public static Own own(ClusterImage image, ProcessId id) {
        var process = image.processes().find(id);
        var ranks = process.map(it -> image.processesOf(it.job())).orElse(List.of());
        var address = process.flatMap(HostedProcess::address);
        if (ranks.size() < 2) {
            return new Own(address, List.of(), List.of());
        }
        var environment = new ArrayList<String>();
        environment.add("KRG_RANK=" + process.orElseThrow().rank());
        environment.add("KRG_RANKS=" + ranks.size());
        var addresses = ranks.stream().flatMap(rank -> rank.address().stream()).toList();
        if (!addresses.isEmpty()) {
            var list = String.join(",", addresses.stream().map(Ipv4Address::toString).toList());
            environment.add("KRG_ADDRESSES=" + list);
        }
        return new Own(address, environment, addresses);
    }

    /// {@return the cell for an incarnation of a job} The program is executed by the path it was
    /// resolved to: the `PATH` of another node may lead elsewhere.
    public static CellSpec of(JobSpec job, Own own) {
        var program = job.program();
        var arguments = new ArrayList<>(program.command());
        arguments.set(0, program.executable());
        var environment = new ArrayList<String>();
        program.environment()
                .forEach(variable -> environment.add(variable.name() + "=" + variable.value()));
        environment.addAll(own.environment());
        return new CellSpec(
                new Program(
                        arguments,
                        environment,
                        program.workingDirectory(),
                        program.umask(),
                        program.rlimits()),
                job.runAs(),
                job.limits(),
                stdin(program),
                job.onPartition() == PartitionPolicy.STOP,
                own.address(),
                job.checkpoint().engine() == Engine.COOPERATIVE,
                Optional.empty());
    }

    private static Stdin stdin(org.krg.state.model.Program program) {
        if (program.terminal()) {
            return Stdin.TERMINAL;
        }
        return program.stdinOpen() ? Stdin.OPEN : Stdin.EMPTY;
    }
}
