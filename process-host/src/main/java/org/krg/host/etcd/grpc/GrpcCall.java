// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import java.util.function.BiConsumer;

/// Who calls.
///
/// @param principal the authenticated user
/// @param isEncrypted whether the call came over TLS
/// @param audit has the call written down, with whom or what it was about and what became of it
public record GrpcCall(
        String principal, boolean isEncrypted, BiConsumer<String, GrpcStatus> audit) {}
