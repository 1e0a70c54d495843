// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// A promise that lasts as long as its holder renews it; the leader measures it and ends it through
/// the log.
///
/// @param token the fencing token: the revision of the grant, so that a later grant has a larger
///   one
public record Lease(LeaseId id, String holder, Duration ttl, long token) {}
