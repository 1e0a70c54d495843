// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.krg.host.etcd.grpc.GrpcStatus.FAILED_PRECONDITION;
import static org.krg.host.etcd.grpc.GrpcStatus.INVALID_ARGUMENT;
import static org.krg.host.etcd.grpc.GrpcStatus.OUT_OF_RANGE;
import static org.krg.host.etcd.grpc.GrpcStatus.RESOURCE_EXHAUSTED;
import static org.krg.host.etcd.grpc.GrpcStatus.UNAVAILABLE;
import static org.krg.host.etcd.grpc.GrpcStatus.UNKNOWN;

import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;

/// Failures in the words of etcd, which clients compare: as they stand in
/// `api/v3rpc/rpctypes/error.go` of etcd, and for locks and elections in `client/v3/concurrency`.
enum EtcdError {
    KEY_EMPTY(INVALID_ARGUMENT, "etcdserver: key is not provided"),
    KEY_NOT_FOUND(INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPERATIONS(INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    SORT_OPTION(INVALID_ARGUMENT, "etcdserver: invalid sort option"),
    TOO_LARGE(INVALID_ARGUMENT, "etcdserver: request is too large"),
    WATCH_ID_TAKEN(
            INVALID_ARGUMENT, "etcdserver: mvcc: duplicate watch ID provided on the WatchStream"),
    COMPACTED(OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    NO_SPACE(RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    TOO_MANY_REQUESTS(RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
    LEASE_NOT_FOUND(GrpcStatus.NOT_FOUND, "etcdserver: requested lease not found"),
    LEASE_EXISTS(FAILED_PRECONDITION, "etcdserver: lease already exists"),
    TTL_TOO_LARGE(OUT_OF_RANGE, "etcdserver: too large lease TTL"),
    USER_EXISTS(FAILED_PRECONDITION, "etcdserver: user name already exists"),
    USER_NOT_FOUND(FAILED_PRECONDITION, "etcdserver: user name not found"),
    USER_EMPTY(INVALID_ARGUMENT, "etcdserver: user name is empty"),
    ROLE_EXISTS(FAILED_PRECONDITION, "etcdserver: role name already exists"),
    ROLE_NOT_FOUND(FAILED_PRECONDITION, "etcdserver: role name not found"),
    ROLE_EMPTY(INVALID_ARGUMENT, "etcdserver: role name is empty"),
    ROLE_NOT_GRANTED(FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
    PERMISSION_NOT_GIVEN(INVALID_ARGUMENT, "etcdserver: permission not given"),
    PERMISSION_NOT_GRANTED(
            FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
    NO_ROOT_USER(FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    NO_ROOT_ROLE(FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
    INVALID_AUTH_MANAGEMENT(INVALID_ARGUMENT, "etcdserver: invalid auth management"),
    PERMISSION_DENIED(GrpcStatus.PERMISSION_DENIED, "etcdserver: permission denied"),
    NO_LEADER(UNAVAILABLE, "etcdserver: no leader"),
    NOT_LEADER(FAILED_PRECONDITION, "etcdserver: not leader"),
    BAD_TRANSFEREE(FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    LEADER_CHANGED(UNAVAILABLE, "etcdserver: leader changed"),

    /// It may have taken effect, or may take effect yet.
    TIMED_OUT(UNAVAILABLE, "etcdserver: request timed out"),

    NOBODY_LEADS(UNKNOWN, "election: no leader"),
    NOT_LEADING(UNKNOWN, "election: not leader"),
    SESSION_EXPIRED(UNKNOWN, "mutex: session is expired");

    private final GrpcStatus status;
    private final String message;

    EtcdError(GrpcStatus status, String message) {
        this.status = status;
        this.message = message;
    }

    /// {@return it, to be thrown}
    GrpcFailure failure() {
        return new GrpcFailure(status, message);
    }

    String message() {
        return message;
    }
}
