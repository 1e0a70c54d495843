// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Program;
import org.krg.host.model.ResourceLimits;
import org.krg.host.model.UserIdentity;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobSpec;
import org.krg.state.model.PartitionPolicy;

/// What a job asks for, as what a cell is made for.
public final class CellSpecs {
    private CellSpecs() {}

    /// {@return the cell for an incarnation of a job} The program is executed by the path it was
    /// resolved to: the `PATH` of another node may lead elsewhere.
    ///
    /// @param address its own, if it has one
    public static CellSpec of(JobSpec job, Optional<Ipv4Address> address) {
        var program = job.program();
        var arguments = new ArrayList<>(program.command());
        arguments.set(0, program.executable());
        var environment =
                program.environment().stream()
                        .map(variable -> variable.name() + "=" + variable.value())
                        .toList();
        return new CellSpec(
                new Program(
                        arguments,
                        environment,
                        program.workingDirectory(),
                        program.umask(),
                        List.of()),
                new UserIdentity(job.runAs().uid(), job.runAs().gid(), job.runAs().groups()),
                new ResourceLimits(
                        job.limits().cpuMillis(),
                        job.limits().memoryBytes(),
                        job.limits().processes()),
                program.stdinOpen() ? Stdin.OPEN : Stdin.EMPTY,
                job.onPartition() == PartitionPolicy.STOP,
                address);
    }
}
