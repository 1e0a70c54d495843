// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.RemovePolicy;
import org.krg.state.command.PolicyCommand.RollBackPolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.event.PolicyEvent;
import org.krg.state.image.Policies;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.EventWire;
import org.krg.state.proto.ObjectWire;

/// Policies that users wrote: commands, events and rows.
final class PolicyCodec {
    /// Of the row that says which one decides: no policy has such a name.
    private static final ByteString CHOICE = ByteString.copyFromUtf8("\0");

    private PolicyCodec() {}

    static CommandWire.PolicyCommand encode(PolicyCommand command) {
        var wire = CommandWire.PolicyCommand.newBuilder();
        switch (command) {
            case StorePolicy(var name, var about, var text, var author, var at) ->
                    wire.getStoreBuilder()
                            .setName(name)
                            .setAbout(about)
                            .setText(text)
                            .setAuthor(author)
                            .setAt(Wire.encode(at));
            case ActivatePolicy(var policy) -> {
                var activate = wire.getActivateBuilder();
                policy.ifPresent(id -> activate.setPolicy(encode(id)));
            }
            case RollBackPolicy _ -> wire.setRollBack(true);
            case RemovePolicy(var name) -> wire.setRemove(name);
        }
        return wire.build();
    }

    static PolicyCommand decode(CommandWire.PolicyCommand command) {
        return switch (command.getKindCase()) {
            case STORE -> {
                var store = command.getStore();
                yield new StorePolicy(
                        store.getName(),
                        store.getAbout(),
                        store.getText(),
                        store.getAuthor(),
                        Wire.decode(store.getAt()));
            }
            case ACTIVATE -> {
                var activate = command.getActivate();
                yield new ActivatePolicy(
                        activate.hasPolicy()
                                ? Optional.of(decode(activate.getPolicy()))
                                : Optional.empty());
            }
            case ROLL_BACK -> new RollBackPolicy();
            case REMOVE -> new RemovePolicy(command.getRemove());
            case KIND_NOT_SET -> throw Wire.unknown("command about policies");
        };
    }

    static EventWire.PolicyEvent encode(PolicyEvent event) {
        var wire = EventWire.PolicyEvent.newBuilder();
        switch (event) {
            case PolicyEvent.Stored(var version, _) -> wire.setStored(encode(version));
            case PolicyEvent.Activated(var active, var previous, _) ->
                    wire.setActivated(choice(active, previous));
            case PolicyEvent.Removed(var id, _) -> wire.setRemoved(encode(id));
        }
        return wire.build();
    }

    static PolicyEvent decode(EventWire.PolicyEvent event, String detail) {
        return switch (event.getKindCase()) {
            case STORED -> new PolicyEvent.Stored(decode(event.getStored()), detail);
            case ACTIVATED ->
                    new PolicyEvent.Activated(
                            active(event.getActivated()), previous(event.getActivated()), detail);
            case REMOVED -> new PolicyEvent.Removed(decode(event.getRemoved()), detail);
            case KIND_NOT_SET -> throw Wire.unknown("event about policies");
        };
    }

    /// Adds what an event changed.
    static void addChanges(List<RowChange> changes, PolicyEvent event) {
        switch (event) {
            case PolicyEvent.Stored(var version, _) -> changes.add(row(version));
            case PolicyEvent.Activated(var active, var previous, _) ->
                    changes.add(
                            active.isEmpty() && previous.isEmpty()
                                    ? new RowChange.Delete(RowTable.POLICIES, CHOICE)
                                    : row(choice(active, previous)));
            case PolicyEvent.Removed(var id, _) ->
                    changes.add(new RowChange.Delete(RowTable.POLICIES, key(id)));
        }
    }

    static List<RowChange.Put> all(Policies policies) {
        var rows = new ArrayList<RowChange.Put>();
        if (policies.active().isPresent() || policies.previous().isPresent()) {
            rows.add(row(choice(policies.active(), policies.previous())));
        }
        policies.versions().values().forEach(version -> rows.add(row(version)));
        return rows;
    }

    static Policies with(Policies policies, ByteString value) {
        return Wire.read(ObjectWire.PolicyRow.parser(), value, row -> with(policies, row));
    }

    private static Policies with(Policies policies, ObjectWire.PolicyRow row) {
        return switch (row.getKindCase()) {
            case VERSION -> policies.with(decode(row.getVersion()));
            case CHOICE -> policies.deciding(active(row.getChoice()), previous(row.getChoice()));
            case KIND_NOT_SET -> throw Wire.unknown("row about policies");
        };
    }

    private static RowChange.Put row(PolicyVersion version) {
        var row = ObjectWire.PolicyRow.newBuilder().setVersion(encode(version)).build();
        return new RowChange.Put(RowTable.POLICIES, key(version.id()), row.toByteString());
    }

    private static RowChange.Put row(ObjectWire.PolicyChoice choice) {
        var row = ObjectWire.PolicyRow.newBuilder().setChoice(choice).build();
        return new RowChange.Put(RowTable.POLICIES, CHOICE, row.toByteString());
    }

    /// A name has no zero in it.
    private static ByteString key(PolicyId id) {
        return ByteString.copyFromUtf8(id.name() + "\0").concat(RowCodec.key(id.version()));
    }

    private static ObjectWire.PolicyId encode(PolicyId id) {
        return ObjectWire.PolicyId.newBuilder().setName(id.name()).setVersion(id.version()).build();
    }

    private static PolicyId decode(ObjectWire.PolicyId id) {
        return new PolicyId(id.getName(), id.getVersion());
    }

    private static ObjectWire.PolicyVersion encode(PolicyVersion version) {
        return ObjectWire.PolicyVersion.newBuilder()
                .setId(encode(version.id()))
                .setAbout(version.about())
                .setText(version.text())
                .setAuthor(version.author())
                .setAt(Wire.encode(version.at()))
                .build();
    }

    private static PolicyVersion decode(ObjectWire.PolicyVersion version) {
        return new PolicyVersion(
                decode(version.getId()),
                version.getAbout(),
                version.getText(),
                version.getAuthor(),
                Wire.decode(version.getAt()));
    }

    private static ObjectWire.PolicyChoice choice(
            Optional<PolicyId> active, Optional<PolicyId> previous) {
        var choice = ObjectWire.PolicyChoice.newBuilder();
        active.ifPresent(id -> choice.setActive(encode(id)));
        previous.ifPresent(id -> choice.setPrevious(encode(id)));
        return choice.build();
    }

    private static Optional<PolicyId> active(ObjectWire.PolicyChoice choice) {
        return choice.hasActive() ? Optional.of(decode(choice.getActive())) : Optional.empty();
    }

    private static Optional<PolicyId> previous(ObjectWire.PolicyChoice choice) {
        return choice.hasPrevious() ? Optional.of(decode(choice.getPrevious())) : Optional.empty();
    }
}
