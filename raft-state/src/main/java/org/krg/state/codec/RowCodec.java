// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Revision;
import org.krg.state.proto.ObjectWire;

/// One row: its key, and its value as the object it holds.
final class RowCodec {
    /// Of all rows; kept in the row of counters.
    private static final int VERSION = 1;

    private static final ByteString COUNTERS_KEY = ByteString.copyFromUtf8("counters");

    private RowCodec() {}

    static RowChange.Put counters(ClusterImage image) {
        var counters =
                ObjectWire.Counters.newBuilder()
                        .setVersion(VERSION)
                        .setRevision(image.revision().value())
                        .setNextNumber(image.nextNumber())
                        .build();
        return new RowChange.Put(RowTable.COUNTERS, COUNTERS_KEY, counters.toByteString());
    }

    static RowChange.Put row(Node node) {
        var value = NodeCodec.encode(node).toByteString();
        return new RowChange.Put(RowTable.NODES, key(node.id()), value);
    }

    static RowChange.Put row(Job job) {
        var value = JobCodec.encode(job).toByteString();
        return new RowChange.Put(RowTable.JOBS, key(job.id()), value);
    }

    static RowChange.Put row(HostedProcess process) {
        var value = ProcessCodec.encode(process).toByteString();
        return new RowChange.Put(RowTable.PROCESSES, key(process.id()), value);
    }

    static RowChange.Put row(Generation generation) {
        var value = GenerationCodec.encode(generation).toByteString();
        return new RowChange.Put(RowTable.GENERATIONS, key(generation.id()), value);
    }

    static RowChange.Put row(Lease lease) {
        var value = LeaseCodec.encode(lease).toByteString();
        return new RowChange.Put(RowTable.LEASES, key(lease.id()), value);
    }

    static RowChange.Put row(Migration migration) {
        var value = MigrationCodec.encode(migration).toByteString();
        return new RowChange.Put(RowTable.MIGRATIONS, key(migration.id()), value);
    }

    static ByteString key(NodeId node) {
        return ByteString.copyFromUtf8(node.name());
    }

    static ByteString key(JobId job) {
        return key(job.value());
    }

    static ByteString key(ProcessId process) {
        return key(process.value());
    }

    static ByteString key(GenerationId generation) {
        return key(generation.process().value(), generation.number());
    }

    static ByteString key(MigrationId migration) {
        return key(migration.value());
    }

    static ByteString key(LeaseId lease) {
        return key(lease.value());
    }

    /// {@return `image` with the object of `row` in it}
    static ClusterImage with(ClusterImage image, RowChange.Put row) {
        var value = row.value();
        return switch (row.table()) {
            case COUNTERS ->
                    Wire.read(ObjectWire.Counters.parser(), value, all -> with(image, all));
            case NODES -> {
                var node = Wire.read(ObjectWire.Node.parser(), value, NodeCodec::decode);
                yield image.withNodes(image.nodes().with(node.id(), node));
            }
            case JOBS -> {
                var job = Wire.read(ObjectWire.Job.parser(), value, JobCodec::decode);
                yield image.withJobs(image.jobs().with(job.id(), job));
            }
            case PROCESSES -> {
                var process =
                        Wire.read(ObjectWire.HostedProcess.parser(), value, ProcessCodec::decode);
                yield image.withProcesses(image.processes().with(process.id(), process));
            }
            case GENERATIONS -> {
                var generation =
                        Wire.read(ObjectWire.Generation.parser(), value, GenerationCodec::decode);
                yield image.withGenerations(image.generations().with(generation.id(), generation));
            }
            case LEASES -> {
                var lease = Wire.read(ObjectWire.Lease.parser(), value, LeaseCodec::decode);
                yield image.withLeases(image.leases().with(lease));
            }
            case ACCESS -> image.withAccess(AccessRows.with(image.access(), value));
            case MIGRATIONS -> {
                var migration =
                        Wire.read(ObjectWire.Migration.parser(), value, MigrationCodec::decode);
                yield image.withMigrations(image.migrations().with(migration.id(), migration));
            }
            case SEGMENTS -> {
                var segment = Wire.read(ObjectWire.Segment.parser(), value, SegmentCodec::decode);
                yield image.withSegments(image.segments().with(segment));
            }
            case BLOCKS ->
                    Wire.read(
                            ObjectWire.BlockGrant.parser(),
                            value,
                            grant ->
                                    image.withSegments(
                                            SegmentCodec.withGrant(image.segments(), grant)));
            case POLICIES -> image.withPolicies(PolicyCodec.with(image.policies(), value));
            case SYNC_OBJECTS, SYNC_CALLERS -> image.withSync(SyncRows.with(image.sync(), row));
        };
    }

    private static ClusterImage with(ClusterImage image, ObjectWire.Counters counters) {
        if (counters.getVersion() != VERSION) {
            throw new InvariantBroken(
                    "rows have version "
                            + VERSION
                            + ", not "
                            + counters.getVersion()
                            + ": the store was written by another version of krg");
        }
        return image.at(new Revision(counters.getRevision()))
                .afterNumber(counters.getNextNumber() - 1);
    }

    /// Numbers are not negative, so that their bytes are ordered like them.
    static ByteString key(long... numbers) {
        var bytes = ByteBuffer.allocate(Long.BYTES * numbers.length);
        for (var number : numbers) {
            bytes.putLong(number);
        }
        return ByteString.copyFrom(bytes.flip());
    }
}
