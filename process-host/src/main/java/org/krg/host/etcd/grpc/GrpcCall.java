// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import java.util.function.BiConsumer;
import org.krg.host.Admitted;
import org.krg.host.RequestMemory;

/// Who calls, and what with.
///
/// @param principal the authenticated user
/// @param isEncrypted whether the call came over TLS
/// @param audit has the call written down, with whom or what it was about and what became of it
/// @param memory what the call may hold
/// @param body what is sent, of a call with one message
public record GrpcCall(
        String principal,
        boolean isEncrypted,
        BiConsumer<String, GrpcStatus> audit,
        RequestMemory memory,
        Admitted.Body body) {}
