// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.ProgramQuestion;
import org.krg.host.TakeOver;
import org.krg.host.engine.LeaderDuties;
import org.krg.host.engine.LeaseTerms;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.engine.Programs;
import org.krg.host.engine.Renewals;
import org.krg.host.model.PageAddress;
import org.krg.host.netty.AskService.Asked;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.krg.state.ratis.RatisClusterStore;

/// Answers other agents.
///
/// @param executor for what blocks
record AgentAsked(
        RatisClusterStore store,
        Programs programs,
        LeaderDuties duties,
        LeaseTerms leases,
        SharedMemories memory,
        MachineLoad load,
        Executor executor)
        implements Asked {
    @Override
    public CompletableFuture<byte[]> state(byte[] request) {
        return store.answer(request);
    }

    @Override
    public ProgramFacts probe(ProgramQuestion question) {
        return programs.probe(question)
                .withPages(memory.pages(question.segments()))
                .withLoad(load.now());
    }

    @Override
    public CompletableFuture<Renewals.Answer> renew(NodeId node, long agentStarts) {
        return duties.renew(node, agentStarts);
    }

    @Override
    public CompletableFuture<List<Term>> terms(List<LeaseId> asked, boolean renews) {
        return leases.ask(asked, renews);
    }

    @Override
    public PageAddress pagePort() {
        return memory.address();
    }

    @Override
    public CompletableFuture<FileAnswer> file(FileQuestion question) {
        return memory.files().answer(question);
    }

    @Override
    public TakeOver.Answer takeOver(TakeOver question) {
        return memory.takeOver(question);
    }

    @Override
    public CompletableFuture<StateHash> digest(long after) {
        return after == 0
                ? CompletableFuture.supplyAsync(store::hash, executor)
                : store.hashAfter(after);
    }
}
