// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;
import org.krg.state.proto.ObjectWire;

/// Users' leases.
final class LeaseCodec {
    private LeaseCodec() {}

    static ObjectWire.Lease encode(Lease lease) {
        return ObjectWire.Lease.newBuilder()
                .setId(lease.id().value())
                .setHolder(lease.holder())
                .setTtl(Wire.encode(lease.ttl()))
                .setToken(lease.token())
                .build();
    }

    static Lease decode(ObjectWire.Lease lease) {
        return new Lease(
                new LeaseId(lease.getId()),
                lease.getHolder(),
                Wire.decode(lease.getTtl()),
                lease.getToken());
    }
}
