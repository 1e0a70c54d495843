// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// So many uploads at once, of each user one. Safe for use from any thread.
final class UploadPlaces {
    private final int most;
    private final Set<String> users = new HashSet<>();

    UploadPlaces(int most) {
        this.most = most;
    }

    /// A place until it is closed.
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// {@return a place, unless all are taken or the user has one}
    synchronized Optional<Place> take(String user) {
        if (users.size() >= most || !users.add(user)) {
            return Optional.empty();
        }
        return Optional.of(() -> giveBack(user));
    }

    private synchronized void giveBack(String user) {
        users.remove(user);
    }
}
