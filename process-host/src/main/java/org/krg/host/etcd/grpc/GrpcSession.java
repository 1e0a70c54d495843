// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

/// What a stream of calls does with its messages. Calls come one at a time, but [#close] from any
/// thread.
public interface GrpcSession<Q> {
    /// Takes a message. Must not block.
    void accept(Q message);

    /// Says that the caller has nothing more to say; the replies are to be completed.
    void end();

    /// Says that nobody hears the replies any more. Comes once, whatever happened.
    void close();
}
