// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Closed-loop clients, spread over connections, that read and write random keys.
///
/// @param clients how many
/// @param readPercent how many of a hundred calls are reads
/// @param keys how many keys there are
public record Calls(int clients, int readPercent, long keys) {
    /// Calls for `warmUp` without counting and then for `length`.
    public Outcome run(List<? extends Connection> connections, Duration warmUp, Duration length)
            throws InterruptedException {
        var window = Window.after(warmUp, length);
        var random = new SplittableRandom();
        var lanes = new ArrayList<Lane>();
        for (var i = 0; i < Math.min(clients, connections.size()); i++) {
            var lane = new Lane(connections.get(i), window);
            var share = share(i, connections.size());
            var seed = random.split();
            lanes.add(lane);
            lane.connection.execute(() -> begin(lane, share, seed));
        }
        for (var lane : lanes) {
            Waiting.on(lane.idle, warmUp.plus(length).plus(Waiting.CALL));
        }
        return Outcome.of(lanes, length);
    }

    private int share(int connection, int connections) {
        return clients / connections + (connection < clients % connections ? 1 : 0);
    }

    private void begin(Lane lane, int share, SplittableRandom seed) {
        for (var i = 0; i < share; i++) {
            lane.enter();
        }
        for (var i = 0; i < share; i++) {
            new Client(lane, seed.split(), keys, readPercent).next();
        }
    }
}
