// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.List;
import org.krg.host.HostFailure;
import org.krg.host.http.body.KeyBodies;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.stream.KeyFollower;
import org.krg.host.http.stream.KeyHistory;
import org.krg.host.http.stream.Streams;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.KeyView;
import org.krg.state.ClusterStore;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.Reply;
import org.krg.state.model.Revision;

/// Users' keys.
final class KeyResource {
    private final ClusterStore store;
    private final Changes changes;
    private final Streams streams;

    KeyResource(ClusterStore store, Changes changes, Streams streams) {
        this.store = store;
        this.changes = changes;
        this.streams = streams;
    }

    HttpResponse range(Call call) {
        var reading = KeyBodies.reading(call.parameters(), call::parameter);
        var memory = call.answerMemory();
        var answer =
                store.keys()
                        .range(call.principal(), reading.read(), !reading.stale(), memory)
                        .join();
        return call.counted(memory, KeyView.add(Json.reply(answer.revision()), answer.found()));
    }

    HttpResponse transact(Call call) {
        var transaction = KeyBodies.transaction(call.body(ObjectNode.class));
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var done = transacted(changes.propose(key, new Transact(call.principal(), transaction)));
        return Call.json(
                HttpStatus.OK,
                Json.reply(done.revision())
                        .put("succeeded", done.succeeded())
                        .set("results", KeyView.results(done.results())));
    }

    private static Reply.Transacted transacted(Reply reply) {
        return switch (reply) {
            case Reply.Transacted done -> done;
            case Reply.Accepted(var revision, _) -> new Reply.Transacted(revision, true, List.of());
            case Reply.Synchronised(var revision, _) ->
                    new Reply.Transacted(revision, true, List.of());
            case Reply.Refused refused -> throw Changes.failure(refused);
        };
    }

    HttpResponse compact(Call call) {
        var revision = KeyBodies.revision(call.body(ObjectNode.class));
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var done = changes.submit(key, new CompactKeys(call.principal(), revision));
        return Call.json(
                HttpStatus.OK, Json.reply(done.revision()).put("compacted", revision.value()));
    }

    /// The versions of keys that are still kept: what was there when older ones were let go, and
    /// every change since.
    HttpResponse history(Call call) {
        var range = KeyBodies.range(call.parameters(), call::parameter);
        var memory = call.answerMemory();
        var _ = store.read().join();
        var history = KeyHistory.read(store.keys(), call.principal(), range, memory);
        return call.counted(memory, history);
    }

    HttpResponse watch(Call call) {
        var spec = KeyBodies.watch(call.parameters(), call::parameter);
        var last = call.header("last-event-id").filter(id -> !id.isEmpty());
        if (last.filter(id -> !id.matches("[0-9]{1,18}")).isPresent()) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "Last-Event-ID is a revision, not \"" + last.get() + "\"",
                    "send the id of the last event that was received");
        }
        var next =
                last.map(Long::parseLong)
                        .map(Revision::new)
                        .map(seen -> KeyFollower.behind(spec, seen))
                        .orElse(spec);
        var follower = new KeyFollower(store.keys(), call.principal(), next, call.memory());
        return streams.open(follower::run);
    }
}
