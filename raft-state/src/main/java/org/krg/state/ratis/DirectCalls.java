// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.InternalConfigurator;
import org.apache.ratis.thirdparty.io.grpc.InternalConfiguratorRegistry;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.netty.util.internal.ThreadExecutorMap;
import org.jspecify.annotations.Nullable;

/// Has entries and the answers to them taken on the threads that read them from the connection,
/// where gRPC would wake another one for each, and Ratis two more.
///
/// Ratis 3.3.0 looks for term and predecessor and appends in two steps. With
/// `append-entries.compose` it orders the second ones by two more threads; here what two leaders
/// send follows one after the other. So do votes: one given between the two steps would be for a
/// candidate without entries that are acknowledged to the leader before, which may be committed by
/// that (Ongaro and Ousterhout, 2014, section 5.4.1).
final class DirectCalls implements ServerInterceptor, ServerCallExecutorSupplier {
    private static final MethodDescriptor<?, ?> ENTRIES =
            RaftServerProtocolServiceGrpc.getAppendEntriesMethod();

    private static final MethodDescriptor<?, ?> VOTE =
            RaftServerProtocolServiceGrpc.getRequestVoteMethod();

    /// Held while entries are appended or a vote is given.
    private final ReentrantLock deciding = new ReentrantLock();

    static {
        InternalConfiguratorRegistry.setConfigurators(List.of(new Channels()));
    }

    /// Ratis makes its channels without asking, all of them for other members.
    private static final class Channels implements InternalConfigurator {
        private final Executor others = Executors.newVirtualThreadPerTaskExecutor();

        @Override
        public void configureChannelBuilder(ManagedChannelBuilder<?> channel) {
            channel.executor(this::execute);
        }

        /// A call that fails while Ratis makes it, not on a connection's thread, is told from
        /// another: Ratis would take the dead call for the new one.
        private void execute(Runnable answer) {
            if (ThreadExecutorMap.currentExecutor() == null) {
                others.execute(answer);
            } else {
                answer.run();
            }
        }
    }

    /// Votes and snapshots wait for the disk: not on the thread of a connection.
    @Override
    public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return is(call, ENTRIES) ? Runnable::run : null;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var listener = next.startCall(call, headers);
        if (is(call, ENTRIES)) {
            return new Appending<>(listener);
        }
        return is(call, VOTE) ? new Voting<>(listener) : listener;
    }

    private static boolean is(ServerCall<?, ?> call, MethodDescriptor<?, ?> method) {
        return call.getMethodDescriptor().getFullMethodName().equals(method.getFullMethodName());
    }

    private void decide(Runnable step) {
        deciding.lock();
        try {
            step.run();
        } finally {
            deciding.unlock();
        }
    }

    private final class Appending<Q> extends SimpleForwardingServerCallListener<Q> {
        Appending(ServerCall.Listener<Q> listener) {
            super(listener);
        }

        @Override
        public void onMessage(Q message) {
            if (message instanceof AppendEntriesRequestProto append
                    && append.getEntriesCount() > 0) {
                decide(() -> super.onMessage(message));
            } else {
                super.onMessage(message);
            }
        }
    }

    private final class Voting<Q> extends SimpleForwardingServerCallListener<Q> {
        Voting(ServerCall.Listener<Q> listener) {
            super(listener);
        }

        /// A call with one request is answered when no other can follow.
        @Override
        public void onHalfClose() {
            decide(super::onHalfClose);
        }
    }
}
