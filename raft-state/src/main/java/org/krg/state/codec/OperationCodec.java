// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.krg.state.command.Operation;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.SessionId;
import org.krg.state.proto.CommandWire;

/// Operations, and batches of them as they stand in the log.
public final class OperationCodec {
    /// Of batches. A larger one in the log means that a newer krg wrote it: this one stops.
    private static final int VERSION = 1;

    private static final int OPERATIONS = CommandWire.Batch.OPERATIONS_FIELD_NUMBER;

    private OperationCodec() {}

    /// {@return the bytes of one operation}
    public static byte[] encode(Operation operation) {
        return wire(operation).toByteArray();
    }

    /// {@return the operation in `bytes`}
    public static Operation decode(byte[] bytes) {
        return Wire.read(
                CommandWire.Operation.parser(),
                UnsafeByteOperations.unsafeWrap(bytes),
                OperationCodec::model);
    }

    /// {@return the bytes of an entry of the log} The same as those of a [Batch], from operations
    /// that are encoded already.
    public static byte[] encode(Instant proposed, List<ByteString> operations) {
        var head =
                CommandWire.Batch.newBuilder()
                        .setVersion(VERSION)
                        .setProposedMillis(proposed.toEpochMilli())
                        .build();
        var size = head.getSerializedSize();
        for (var operation : operations) {
            size += CodedOutputStream.computeBytesSize(OPERATIONS, operation);
        }
        var bytes = new byte[size];
        try {
            var out = CodedOutputStream.newInstance(bytes);
            head.writeTo(out);
            for (var operation : operations) {
                out.writeBytes(OPERATIONS, operation);
            }
            out.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new InvariantBroken("an array takes what was measured", impossible);
        }
        return bytes;
    }

    /// {@return the bytes of an entry of the log}
    public static byte[] encode(Batch batch) {
        return CommandWire.Batch.newBuilder()
                .setVersion(VERSION)
                .setProposedMillis(batch.proposed().toEpochMilli())
                .addAllOperations(batch.operations().stream().map(OperationCodec::wire).toList())
                .build()
                .toByteArray();
    }

    /// {@return the batch in `bytes`}
    public static Batch decodeBatch(byte[] bytes) {
        return decodeBatch(UnsafeByteOperations.unsafeWrap(bytes));
    }

    /// {@return the batch in the rest of `bytes`, which is not changed} Nothing of it is kept.
    public static Batch decodeBatch(ByteBuffer bytes) {
        return decodeBatch(UnsafeByteOperations.unsafeWrap(bytes.slice()));
    }

    private static Batch decodeBatch(ByteString bytes) {
        return Wire.read(CommandWire.Batch.parser(), bytes, OperationCodec::model);
    }

    private static Batch model(CommandWire.Batch batch) {
        if (batch.getVersion() != VERSION) {
            throw new InvariantBroken(
                    "batches have version "
                            + VERSION
                            + ", not "
                            + batch.getVersion()
                            + ": the log was written by another version of krg");
        }
        return new Batch(
                Instant.ofEpochMilli(batch.getProposedMillis()),
                batch.getOperationsList().stream().map(OperationCodec::model).toList());
    }

    private static CommandWire.Operation wire(Operation operation) {
        var wire =
                CommandWire.Operation.newBuilder()
                        .setSession(operation.session().value())
                        .setSequence(operation.sequence())
                        .setTerm(operation.term())
                        .setPrincipal(operation.principal())
                        .setCommand(CommandCodec.encode(operation.command()));
        if (operation.since() != Operation.UNKNOWN) {
            wire.setSince(operation.since());
        }
        return wire.build();
    }

    private static Operation model(CommandWire.Operation operation) {
        return new Operation(
                new SessionId(operation.getSession()),
                operation.getSequence(),
                operation.getTerm(),
                operation.getPrincipal(),
                CommandCodec.decode(operation.getCommand()),
                operation.hasSince() ? operation.getSince() : Operation.UNKNOWN);
    }
}
