// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.time.Duration;

/// How long a client is waited for that sends something large.
///
/// @param bytes that have come
/// @param waited for them, all in all
record UploadPace(long bytes, Duration waited) {
    /// Nothing comes.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A client that is slower takes a place that others could have. Less than any network has.
    static final long LEAST_BYTES_PER_SECOND = 64 << 10;

    /// No client has begun yet.
    static final UploadPace START = new UploadPace(0, Duration.ZERO);

    UploadPace after(int more, Duration wait) {
        return new UploadPace(bytes + more, waited.plus(wait));
    }

    /// {@return how long to wait for the next bytes; more than nothing}
    Duration patience() {
        var most = PATIENCE.plusSeconds(bytes / LEAST_BYTES_PER_SECOND).minus(waited);
        var soon = most.compareTo(PATIENCE) < 0 ? most : PATIENCE;
        return soon.isPositive() ? soon : Duration.ofMillis(1);
    }
}
