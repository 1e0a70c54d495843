// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.JobSpec;
import org.krg.state.proto.ValueWire;

/// What a user asks for, as bytes outside the log.
public final class JobSpecBytes {
    private JobSpecBytes() {}

    /// {@return the bytes, those that the log has too}
    public static byte[] encode(JobSpec spec) {
        return SpecCodec.encode(spec).toByteArray();
    }

    /// {@return what is in `bytes`}
    ///
    /// @throws IllegalArgumentException if that makes no sense, or only to another version
    public static JobSpec decode(byte[] bytes) {
        try {
            return Wire.read(
                    ValueWire.JobSpec.parser(), ByteString.copyFrom(bytes), SpecCodec::decode);
        } catch (InvariantBroken foreign) {
            throw new IllegalArgumentException(foreign.getMessage(), foreign);
        }
    }
}
