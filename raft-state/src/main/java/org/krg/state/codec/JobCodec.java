// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.model.Identity;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.StopOrder;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Jobs, except what their users ask for: that is [SpecCodec]'s.
final class JobCodec {
    private JobCodec() {}

    static ObjectWire.Job encode(Job job) {
        var wire =
                ObjectWire.Job.newBuilder()
                        .setId(job.id().value())
                        .setName(job.name())
                        .setSpec(SpecCodec.encode(job.spec()))
                        .setOwner(encode(job.owner()))
                        .setSubmitted(Wire.encode(job.submitted()));
        job.stop().ifPresent(order -> wire.setStop(encode(order)));
        job.cut().ifPresent(cut -> wire.setCut(CutCodec.encode(cut)));
        return wire.build();
    }

    static Job decode(ObjectWire.Job job) {
        return new Job(
                new JobId(job.getId()),
                job.getName(),
                SpecCodec.decode(job.getSpec()),
                decode(job.getOwner()),
                Wire.decode(job.getSubmitted()),
                job.hasStop() ? Optional.of(decode(job.getStop())) : Optional.empty(),
                job.hasCut() ? Optional.of(CutCodec.decode(job.getCut())) : Optional.empty());
    }

    static ValueWire.StopOrder encode(StopOrder order) {
        return ValueWire.StopOrder.newBuilder()
                .setSignal(order.signal())
                .setGrace(Wire.encode(order.grace()))
                .setAt(Wire.encode(order.at()))
                .build();
    }

    static StopOrder decode(ValueWire.StopOrder order) {
        return new StopOrder(
                order.getSignal(), Wire.decode(order.getGrace()), Wire.decode(order.getAt()));
    }

    static ValueWire.Identity encode(Identity identity) {
        return ValueWire.Identity.newBuilder()
                .setUid(identity.uid())
                .setGid(identity.gid())
                .addAllGroups(identity.groups())
                .setName(identity.name())
                .build();
    }

    static Identity decode(ValueWire.Identity identity) {
        return new Identity(
                identity.getUid(), identity.getGid(), identity.getGroupsList(), identity.getName());
    }
}
