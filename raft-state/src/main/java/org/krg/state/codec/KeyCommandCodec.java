// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.LimitKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.KeyWire;

/// Commands about users' keys.
final class KeyCommandCodec {
    private KeyCommandCodec() {}

    static void encode(CommandWire.Command.Builder wire, KeyCommand command) {
        switch (command) {
            case Transact(var principal, var transaction) ->
                    wire.getTransactBuilder()
                            .setPrincipal(principal)
                            .setTransaction(KeyTransactionCodec.encode(transaction));
            case CompactKeys(var principal, var revision) ->
                    wire.getCompactKeysBuilder()
                            .setPrincipal(principal)
                            .setRevision(revision.value());
            case LimitKeys(var principal, var of, var limit) -> {
                var builder = wire.getLimitKeysBuilder().setPrincipal(principal);
                of.ifPresent(builder::setOf);
                limit.ifPresent(each -> encode(each, builder.getLimitBuilder()));
            }
            case KeepVersions(var principal, var revisions) ->
                    wire.getKeepVersionsBuilder().setPrincipal(principal).setRevisions(revisions);
        }
    }

    static Transact decode(CommandWire.Transact command) {
        return new Transact(
                command.getPrincipal(), KeyTransactionCodec.decode(command.getTransaction()));
    }

    static CompactKeys decode(CommandWire.CompactKeys command) {
        return new CompactKeys(command.getPrincipal(), new Revision(command.getRevision()));
    }

    static LimitKeys decode(CommandWire.LimitKeys command) {
        return new LimitKeys(
                command.getPrincipal(),
                command.hasOf() ? Optional.of(command.getOf()) : Optional.empty(),
                command.hasLimit() ? Optional.of(limit(command.getLimit())) : Optional.empty());
    }

    static KeepVersions decode(CommandWire.KeepVersions command) {
        return new KeepVersions(command.getPrincipal(), command.getRevisions());
    }

    private static void encode(KeyLimit limit, KeyWire.KeyLimit.Builder wire) {
        wire.setKeys(limit.keys()).setBytes(limit.bytes());
        if (limit.leases() != KeyLimit.DEFAULT.leases()) {
            wire.setLeases(limit.leases());
        }
    }

    private static KeyLimit limit(KeyWire.KeyLimit limit) {
        return new KeyLimit(
                limit.getKeys(),
                limit.getBytes(),
                limit.hasLeases() ? limit.getLeases() : KeyLimit.DEFAULT.leases());
    }
}
