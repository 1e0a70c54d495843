// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import org.krg.host.ProgramQuestion;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.engine.Renewals;
import org.krg.host.model.PageAddress;
import org.krg.host.proto.PeerWire;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Answer.AnswerCase;
import org.krg.host.proto.PeerWire.Digest;
import org.krg.host.proto.PeerWire.Facts;
import org.krg.host.proto.PeerWire.LeaseQuestion;
import org.krg.host.proto.PeerWire.LeaseTerm;
import org.krg.host.proto.PeerWire.LeaseTerms;
import org.krg.host.proto.PeerWire.Probe;
import org.krg.policy.model.NodeLoad;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.ProgramFacts.Presence;
import org.krg.state.ClusterStore.AlreadyApplied;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.HostPort;
import org.krg.state.model.Identity;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Sha256;

/// What is asked and answered, as messages.
final class AskCodec {
    private AskCodec() {}

    static Probe encode(ProgramQuestion question) {
        var user = question.user();
        return Probe.newBuilder()
                .setExecutable(question.executable())
                .setDigest(question.digest().hex())
                .setWorkingDirectory(question.workingDirectory())
                .setUid(user.uid())
                .setGid(user.gid())
                .addAllGroups(user.groups())
                .setUser(user.name())
                .addAllSegments(question.segments().stream().map(SegmentId::value).toList())
                .build();
    }

    static ProgramQuestion decode(Probe probe) {
        return new ProgramQuestion(
                probe.getExecutable(),
                new Sha256(probe.getDigest()),
                probe.getWorkingDirectory(),
                new Identity(
                        probe.getUid(), probe.getGid(), probe.getGroupsList(), probe.getUser()),
                probe.getSegmentsList().stream().map(SegmentId::new).toList());
    }

    static Answer.Builder encode(ProgramFacts facts) {
        var presence =
                switch (facts.presence()) {
                    case SAME -> Facts.Presence.SAME;
                    case MISSING -> Facts.Presence.MISSING;
                    case DIFFERENT -> Facts.Presence.DIFFERENT;
                    case UNKNOWN -> Facts.Presence.UNKNOWN;
                };
        return Answer.newBuilder()
                .setFacts(
                        Facts.newBuilder()
                                .setPresence(presence)
                                .setDetail(facts.detail())
                                .setPages(facts.pages())
                                .setLoad(encode(facts.load())));
    }

    static ProgramFacts decode(Facts facts) {
        var presence =
                switch (facts.getPresence()) {
                    case SAME -> Presence.SAME;
                    case MISSING -> Presence.MISSING;
                    case DIFFERENT -> Presence.DIFFERENT;
                    case UNKNOWN, UNSPECIFIED, UNRECOGNIZED -> Presence.UNKNOWN;
                };
        return new ProgramFacts(
                presence, facts.getDetail(), facts.getPages(), decode(facts.getLoad()));
    }

    private static PeerWire.NodeLoad encode(NodeLoad load) {
        return PeerWire.NodeLoad.newBuilder()
                .setRunningPerCpu(load.runningPerCpu())
                .setCpuPressure(load.cpuPressure())
                .setMemoryPressure(load.memoryPressure())
                .setMemoryAvailable(load.memoryAvailable())
                .build();
    }

    private static NodeLoad decode(PeerWire.NodeLoad load) {
        return new NodeLoad(
                load.getRunningPerCpu(),
                load.getCpuPressure(),
                load.getMemoryPressure(),
                load.getMemoryAvailable());
    }

    static Answer.Builder encode(Renewals.Answer answer) {
        return switch (answer) {
            case Renewals.Answer.Granted(var revision) ->
                    Answer.newBuilder().setGranted(revision.value());
            case Renewals.Answer.Refused(var reason) -> Answer.newBuilder().setRefused(reason);
        };
    }

    static Answer.Builder encode(byte[] state) {
        return Answer.newBuilder().setState(ByteString.copyFrom(state));
    }

    /// {@return what the leader says of a renewal}
    ///
    /// @throws AskFailed if it says something else
    static Renewals.Answer renewal(Answer answer) {
        return answer.getAnswerCase() == AnswerCase.REFUSED
                ? new Renewals.Answer.Refused(answer.getRefused())
                : new Renewals.Answer.Granted(
                        new Revision(Answers.require(answer, AnswerCase.GRANTED).getGranted()));
    }

    static LeaseQuestion question(List<LeaseId> leases, boolean renews) {
        return LeaseQuestion.newBuilder()
                .addAllLeases(leases.stream().map(LeaseId::value).toList())
                .setRenews(renews)
                .build();
    }

    static List<LeaseId> leases(LeaseQuestion question) {
        return question.getLeasesList().stream().map(LeaseId::new).toList();
    }

    static Answer.Builder encode(List<Term> terms) {
        var message = LeaseTerms.newBuilder();
        for (var term : terms) {
            message.addTerms(
                    switch (term) {
                        case Term.Lasts(var ttl, var remaining) ->
                                LeaseTerm.newBuilder()
                                        .setTtlMillis(ttl.toMillis())
                                        .setRemainingMillis(remaining.toMillis());
                        case Term.Over() -> LeaseTerm.newBuilder();
                    });
        }
        return Answer.newBuilder().setTerms(message);
    }

    /// {@return how long the leases of a question last}
    ///
    /// @throws AskFailed if the leader says something else
    static List<Term> terms(Answer answer) {
        return Answers.require(answer, AnswerCase.TERMS).getTerms().getTermsList().stream()
                .map(AskCodec::term)
                .toList();
    }

    private static Term term(LeaseTerm term) {
        return term.getTtlMillis() == 0
                ? new Term.Over()
                : new Term.Lasts(
                        Duration.ofMillis(term.getTtlMillis()),
                        Duration.ofMillis(term.getRemainingMillis()));
    }

    static ProgramFacts facts(Answer answer) {
        return decode(Answers.require(answer, AnswerCase.FACTS).getFacts());
    }

    static byte[] state(Answer answer) {
        return Answers.require(answer, AnswerCase.STATE).getState().toByteArray();
    }

    static Answer.Builder encode(PageAddress port) {
        return Answer.newBuilder()
                .setPagePort(
                        PeerWire.PagePort.newBuilder()
                                .setHost(port.address().host())
                                .setPort(port.address().port())
                                .setKey(ByteString.copyFrom(port.key())));
    }

    static PageAddress pagePort(Answer answer) {
        var port = Answers.require(answer, AnswerCase.PAGE_PORT).getPagePort();
        return new PageAddress(
                new HostPort(port.getHost(), port.getPort()), port.getKey().toByteArray());
    }

    static Answer.Builder encode(StateHash hash) {
        return Answer.newBuilder()
                .setDigest(
                        Digest.newBuilder()
                                .setAppliedIndex(hash.appliedIndex())
                                .setRevision(hash.revision().value())
                                .setDigest(hash.digest().hex()));
    }

    static Answer.Builder encode(AlreadyApplied late) {
        return Answer.newBuilder().setDigest(Digest.newBuilder().setAppliedIndex(late.index()));
    }

    /// {@return the digest of a node's rows}
    ///
    /// @throws AlreadyApplied if they are further than what was asked for
    /// @throws AskFailed if the node says something else
    static StateHash digest(Answer answer) {
        var digest = Answers.require(answer, AnswerCase.DIGEST).getDigest();
        if (digest.getDigest().isEmpty()) {
            throw new AlreadyApplied(digest.getAppliedIndex());
        }
        return new StateHash(
                digest.getAppliedIndex(),
                new Revision(digest.getRevision()),
                new Sha256(digest.getDigest()));
    }
}
