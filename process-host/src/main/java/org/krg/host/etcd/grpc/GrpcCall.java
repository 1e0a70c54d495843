// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

/// Who calls.
///
/// @param principal the authenticated user
public record GrpcCall(String principal) {}
