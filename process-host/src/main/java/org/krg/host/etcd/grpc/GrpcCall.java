// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

/// Who calls.
///
/// @param principal the authenticated user
/// @param isEncrypted whether the call came over TLS
/// @param denied is told when the user may not do what they ask for
public record GrpcCall(String principal, boolean isEncrypted, Runnable denied) {}
