// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;
import org.krg.state.proto.ValueWire;

/// Files that take the place of others at a restore.
final class SubstituteCodec {
    private SubstituteCodec() {}

    static List<ValueWire.Substitute> encode(List<Substitute> substitutes) {
        return substitutes.stream().map(SubstituteCodec::encode).toList();
    }

    private static ValueWire.Substitute encode(Substitute substitute) {
        var wire = ValueWire.Substitute.newBuilder().setPath(substitute.path());
        switch (substitute.what()) {
            case OpenFile(var path) -> wire.setOpenFile(path);
            case Descriptor(var number) -> wire.setDescriptorNumber(number);
        }
        return wire.build();
    }

    static List<Substitute> decode(List<ValueWire.Substitute> substitutes) {
        return substitutes.stream().map(SubstituteCodec::decode).toList();
    }

    private static Substitute decode(ValueWire.Substitute substitute) {
        var what =
                switch (substitute.getWhatCase()) {
                    case OPEN_FILE -> new OpenFile(substitute.getOpenFile());
                    case DESCRIPTOR_NUMBER -> new Descriptor(substitute.getDescriptorNumber());
                    case WHAT_NOT_SET -> throw Wire.unknown("substitute");
                };
        return new Substitute(what, substitute.getPath());
    }
}
