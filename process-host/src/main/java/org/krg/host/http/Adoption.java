// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.host.HostFailure;
import org.krg.host.IncomingCheckpoint;
import org.krg.host.http.access.Caller;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.CheckpointView;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.model.Identity;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Phase;
import org.krg.state.model.Substitute;

/// Makes a job of a checkpoint that came of another one, out of an archive or out of this cluster.
///
/// @param cluster this one
record Adoption(
        UUID cluster, ApiParts parts, Replica replica, Changes changes, Reception reception) {
    /// What is asked for.
    ///
    /// @param name of the job; empty for the name it had
    /// @param restored whether it goes on at once, else when it is restored
    /// @param frozen whether it stands still then
    /// @param substitutes files that it gets then in the place of some it had
    record Wish(
            Optional<String> name, boolean restored, boolean frozen, List<Substitute> substitutes) {
        Wish {
            substitutes = List.copyOf(substitutes);
        }
    }

    /// Takes it in, and answers with the checkpoint.
    ///
    /// @param key of the request
    HttpResponse take(IncomingCheckpoint incoming, Wish wish, Caller caller, Changes.Key key) {
        var head = incoming.head();
        var spec = spec(head);
        var name = wish.name().orElse(head.job());
        requireOwn(head, caller);
        reception.requireWelcome(spec, caller);
        if (wish.restored()) {
            requireAddressFree(head, name);
        }
        incoming.receive();
        var admit =
                new AdmitJob(name, spec, caller.identity(), head.address(), parts.wall().instant());
        var admitted = changes.submit(key, admit);
        var job = new JobId(admitted.created());
        var process = replica.atLeast(admitted.revision()).processesOf(job).getFirst().id();
        var generation = incoming.commit(process);
        if (wish.restored()) {
            changes.submitInstead(
                    key,
                    new RestoreFrom(
                            process,
                            generation.id().number(),
                            parts.wall().instant(),
                            wish.frozen(),
                            wish.substitutes()));
        }
        var now = replica.read(false);
        return Call.one(HttpStatus.CREATED, now, CheckpointView.of(now, generation));
    }

    /// Nodes of another cluster are others: there its program is placed on any.
    private JobSpec spec(ArchiveHead head) {
        return head.cluster().equals(cluster) ? head.spec() : head.spec().onAnyNode();
    }

    /// Found out before anything is taken in; the log decides again. A job of that name may be the
    /// one that this request has made, if it is repeated; if it is not the log refuses the name.
    private void requireAddressFree(ArchiveHead head, String name) {
        var image = replica.image();
        var holder =
                image.processes().values().stream()
                        .filter(process -> head.address().isPresent())
                        .filter(process -> process.address().equals(head.address()))
                        .filter(process -> !(process.phase() instanceof Phase.Ended))
                        .filter(process -> !image.jobs().require(process.job()).name().equals(name))
                        .findFirst();
        if (holder.isPresent()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "job %s has the address %s, which is in the checkpoint"
                            .formatted(
                                    image.jobs().require(holder.get().job()).name(),
                                    head.address().orElseThrow()),
                    "stop it first: two cells cannot have one address");
        }
    }

    /// To bring a program back is to run what is in the checkpoint as the user it says.
    private static void requireOwn(ArchiveHead head, Caller caller) {
        var who = caller.identity();
        if (who.uid() != 0 && !isWithin(head.spec().runAs(), who)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "the program in the checkpoint runs as user %s (uid %d, gid %d), not as %s"
                            .formatted(
                                    head.spec().runAs().name(),
                                    head.spec().runAs().uid(),
                                    head.spec().runAs().gid(),
                                    who.name()),
                    "its user, with the same uid and groups, or root may have it as a job");
        }
    }

    private static boolean isWithin(Identity program, Identity who) {
        var groups = new TreeSet<>(who.groups());
        groups.add(who.gid());
        return program.uid() == who.uid()
                && groups.contains(program.gid())
                && groups.containsAll(program.groups());
    }
}
