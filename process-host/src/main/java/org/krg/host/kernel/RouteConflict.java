// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.AddressPool;

/// Finds what else a machine uses the addresses of a pool for.
final class RouteConflict {
    private static final String REMEDY =
            "choose other addresses for all nodes with `cells` in [network] of krgd.toml";

    private RouteConflict() {}

    /// {@return what else leads to addresses of the pool, as a sentence with a remedy}
    static Optional<String> find(Ip ip, AddressPool pool, String sink) {
        var addresses =
                ip.ask(
                        "-4",
                        "-oneline",
                        "route",
                        "show",
                        "table",
                        "local",
                        "root",
                        pool.toString());
        if (!addresses.isEmpty()) {
            return Optional.of(
                    "cells cannot have addresses of %s, the machine has one of them itself (%s): %s"
                            .formatted(pool, addresses.getFirst().strip(), REMEDY));
        }
        var inside = ip.ask("-4", "-oneline", "route", "show", "root", pool.toString());
        var around = ip.ask("-4", "-oneline", "route", "show", "match", pool.toString());
        return of(inside, sink)
                .or(() -> of(around, sink))
                .map(route ->
                        "cells cannot have addresses of %s, which this machine routes elsewhere (%s): %s"
                                .formatted(pool, route, REMEDY));
    }

    /// {@return the first route that is neither krg's nor the default}
    ///
    /// @param routes lines of `ip -oneline route show`
    static Optional<String> of(List<String> routes, String sink) {
        return routes.stream()
                .map(String::strip)
                .filter(route -> !route.startsWith("default") && !isOurs(route, sink))
                .findFirst();
    }

    // One address alone is a cell's; the pool as a whole leads to the device of one cluster.
    private static boolean isOurs(String route, String sink) {
        return route.contains(" " + CellLinks.PROTOCOL)
                && (!route.split(" ", 2)[0].contains("/") || route.contains(" dev " + sink + " "));
    }
}
