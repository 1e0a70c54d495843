// SPDX-License-Identifier: Apache-2.0

/// The face that etcd v3 has: its gRPC services over users' keys, leases and the members of the
/// cluster, so that etcdctl and client libraries of etcd work unchanged ([the
/// API](https://etcd.io/docs/v3.5/learning/api/)). One class per service; mapping functions are
/// pure. What krg does otherwise is answered UNIMPLEMENTED with a sentence that names the way to do
/// it.
///
/// The classes of the messages are published ones: those of `com.ibm.etcd`, which has nearly
/// everything, and those of `io.etcd.jetcd` for elections and where something says of a member
/// whether it votes.
@NullMarked
package org.krg.host.etcd;

import org.jspecify.annotations.NullMarked;
