// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.time.Duration;
import java.util.Optional;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.EnvironmentVariable;
import org.krg.state.model.JobSpec;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.Rlimit;
import org.krg.state.proto.ValueWire;

/// What a user asks for when a job is submitted.
final class SpecCodec {
    private SpecCodec() {}

    static ValueWire.JobSpec encode(JobSpec spec) {
        var wire =
                ValueWire.JobSpec.newBuilder()
                        .setProgram(encode(spec.program()))
                        .setRunAs(JobCodec.encode(spec.runAs()))
                        .setReserve(NodeCodec.encode(spec.reserve()))
                        .setLimits(encode(spec.limits()))
                        .setRestart(encode(spec.restart()))
                        .setRecovery(encode(spec.recovery()))
                        .setCheckpoint(encode(spec.checkpoint()))
                        .setOnPartition(encode(spec.onPartition()))
                        .addAllOnlyOn(Wire.names(spec.onlyOn()));
        spec.cellNetwork().ifPresent(pool -> wire.setCellNetwork(NodeCodec.encode(pool)));
        if (spec.isParallel()) {
            wire.setRanks(spec.ranks());
        }
        return wire.build();
    }

    static JobSpec decode(ValueWire.JobSpec spec) {
        return new JobSpec(
                decode(spec.getProgram()),
                JobCodec.decode(spec.getRunAs()),
                NodeCodec.decode(spec.getReserve()),
                decode(spec.getLimits()),
                decode(spec.getRestart()),
                Wire.constant(RecoveryPolicy.values(), SpecCodec::encode, spec.getRecovery()),
                decode(spec.getCheckpoint()),
                Wire.constant(PartitionPolicy.values(), SpecCodec::encode, spec.getOnPartition()),
                Wire.nodes(spec.getOnlyOnList()),
                spec.hasCellNetwork()
                        ? Optional.of(NodeCodec.decode(spec.getCellNetwork()))
                        : Optional.empty(),
                Math.max(1, spec.getRanks()));
    }

    private static ValueWire.Program encode(Program program) {
        return ValueWire.Program.newBuilder()
                .addAllCommand(program.command())
                .setExecutable(program.executable())
                .setDigest(Wire.encode(program.digest()))
                .addAllEnvironment(program.environment().stream().map(SpecCodec::encode).toList())
                .setWorkingDirectory(program.workingDirectory())
                .setUmask(program.umask())
                .setStdinOpen(program.stdinOpen())
                .setTerminal(program.terminal())
                .addAllRlimits(program.rlimits().stream().map(SpecCodec::encode).toList())
                .build();
    }

    private static Program decode(ValueWire.Program program) {
        return new Program(
                program.getCommandList(),
                program.getExecutable(),
                Wire.decode(program.getDigest()),
                program.getEnvironmentList().stream().map(SpecCodec::decode).toList(),
                program.getWorkingDirectory(),
                program.getUmask(),
                program.getStdinOpen(),
                program.getTerminal(),
                program.getRlimitsList().stream().map(SpecCodec::decode).toList());
    }

    private static ValueWire.EnvironmentVariable encode(EnvironmentVariable variable) {
        return ValueWire.EnvironmentVariable.newBuilder()
                .setName(variable.name())
                .setValue(variable.value())
                .build();
    }

    private static EnvironmentVariable decode(ValueWire.EnvironmentVariable variable) {
        return new EnvironmentVariable(variable.getName(), variable.getValue());
    }

    private static ValueWire.Rlimit encode(Rlimit limit) {
        return ValueWire.Rlimit.newBuilder()
                .setResource(encode(limit.resource()))
                .setSoft(limit.soft())
                .setHard(limit.hard())
                .build();
    }

    private static Rlimit decode(ValueWire.Rlimit limit) {
        return new Rlimit(
                Wire.constant(Rlimit.Resource.values(), SpecCodec::encode, limit.getResource()),
                limit.getSoft(),
                limit.getHard());
    }

    private static ValueWire.RlimitResource encode(Rlimit.Resource resource) {
        return switch (resource) {
            case AS -> ValueWire.RlimitResource.RLIMIT_RESOURCE_AS;
            case CORE -> ValueWire.RlimitResource.RLIMIT_RESOURCE_CORE;
            case CPU -> ValueWire.RlimitResource.RLIMIT_RESOURCE_CPU;
            case DATA -> ValueWire.RlimitResource.RLIMIT_RESOURCE_DATA;
            case FSIZE -> ValueWire.RlimitResource.RLIMIT_RESOURCE_FSIZE;
            case MEMLOCK -> ValueWire.RlimitResource.RLIMIT_RESOURCE_MEMLOCK;
            case NOFILE -> ValueWire.RlimitResource.RLIMIT_RESOURCE_NOFILE;
            case STACK -> ValueWire.RlimitResource.RLIMIT_RESOURCE_STACK;
        };
    }

    private static ValueWire.ResourceLimits encode(ResourceLimits limits) {
        return ValueWire.ResourceLimits.newBuilder()
                .setCpuMillis(limits.cpuMillis())
                .setMemoryBytes(limits.memoryBytes())
                .setProcesses(limits.processes())
                .build();
    }

    private static ResourceLimits decode(ValueWire.ResourceLimits limits) {
        return new ResourceLimits(
                limits.getCpuMillis(), limits.getMemoryBytes(), limits.getProcesses());
    }

    private static ValueWire.RestartPolicy encode(RestartPolicy policy) {
        return ValueWire.RestartPolicy.newBuilder()
                .setWhen(encode(policy.when()))
                .setMaxRestarts(policy.maxRestarts())
                .setBackOff(Wire.encode(policy.backOff()))
                .build();
    }

    private static RestartPolicy decode(ValueWire.RestartPolicy policy) {
        return new RestartPolicy(
                Wire.constant(RestartPolicy.When.values(), SpecCodec::encode, policy.getWhen()),
                policy.getMaxRestarts(),
                Wire.decode(policy.getBackOff()));
    }

    private static ValueWire.CheckpointPolicy encode(CheckpointPolicy policy) {
        var wire =
                ValueWire.CheckpointPolicy.newBuilder()
                        .setEngine(NodeCodec.encode(policy.engine()))
                        .setEvery(Wire.encode(Duration.ZERO))
                        .setCopies(policy.copies())
                        .setFileLimitBytes(policy.fileLimitBytes())
                        .setKeep(policy.keep());
        switch (policy.schedule()) {
            case CheckpointSchedule.OnDemand _ -> {}
            case CheckpointSchedule.Every(var interval) -> wire.setEvery(Wire.encode(interval));
            case CheckpointSchedule.Adaptive _ -> wire.setAdaptive(true);
        }
        if (!policy.keepFor().isZero()) {
            wire.setKeepFor(Wire.encode(policy.keepFor()));
        }
        policy.ownDirectory().ifPresent(wire::setOwnDirectory);
        return wire.setQuotaBytes(policy.quotaBytes()).build();
    }

    private static CheckpointPolicy decode(ValueWire.CheckpointPolicy policy) {
        return new CheckpointPolicy(
                NodeCodec.decode(policy.getEngine()),
                policy.getAdaptive()
                        ? new CheckpointSchedule.Adaptive()
                        : CheckpointSchedule.of(Wire.decode(policy.getEvery())),
                policy.getCopies(),
                policy.getFileLimitBytes(),
                policy.getKeep(),
                Wire.decode(policy.getKeepFor()),
                policy.getQuotaBytes(),
                policy.hasOwnDirectory()
                        ? Optional.of(policy.getOwnDirectory())
                        : Optional.empty());
    }

    private static ValueWire.RestartWhen encode(RestartPolicy.When when) {
        return switch (when) {
            case NEVER -> ValueWire.RestartWhen.RESTART_WHEN_NEVER;
            case ON_FAILURE -> ValueWire.RestartWhen.RESTART_WHEN_ON_FAILURE;
            case ALWAYS -> ValueWire.RestartWhen.RESTART_WHEN_ALWAYS;
        };
    }

    private static ValueWire.RecoveryPolicy encode(RecoveryPolicy policy) {
        return switch (policy) {
            case CHECKPOINT_THEN_START ->
                    ValueWire.RecoveryPolicy.RECOVERY_POLICY_CHECKPOINT_THEN_START;
            case CHECKPOINT_ONLY -> ValueWire.RecoveryPolicy.RECOVERY_POLICY_CHECKPOINT_ONLY;
            case NONE -> ValueWire.RecoveryPolicy.RECOVERY_POLICY_NONE;
        };
    }

    private static ValueWire.PartitionPolicy encode(PartitionPolicy policy) {
        return switch (policy) {
            case STOP -> ValueWire.PartitionPolicy.PARTITION_POLICY_STOP;
            case CONTINUE -> ValueWire.PartitionPolicy.PARTITION_POLICY_CONTINUE;
        };
    }
}
