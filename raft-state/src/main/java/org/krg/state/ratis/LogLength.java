// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has a member take a snapshot when its log takes many bytes. Ratis counts entries, which have any
/// size from some bytes to that of a message; how long a start takes goes by bytes.
final class LogLength {
    private static final Logger log = LoggerFactory.getLogger(LogLength.class);

    private final RatisMember member;
    private final long mostBytes;
    private final AtomicBoolean isTaking = new AtomicBoolean();

    /// @param mostBytes that no snapshot has
    LogLength(RatisMember member, long mostBytes) {
        this.member = member;
        this.mostBytes = mostBytes;
    }

    void look() {
        var newest = member.division().getStateMachine().getLatestSnapshot();
        var bytes = member.files().logBytesAfter(newest == null ? -1 : newest.getIndex());
        if (bytes >= mostBytes && isTaking.compareAndSet(false, true)) {
            var _ =
                    member.takeSnapshot()
                            .whenComplete((_, failed) -> {
                                isTaking.set(false);
                                if (failed != null) {
                                    log.warn("no snapshot is taken of a long log", failed);
                                }
                            });
        }
    }
}
