// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;

/// The workloads there are.
final class Workloads {
    /// What is measured unless somebody chooses.
    static final List<Workload> ALL =
            List.of(
                    new Workload.Load("writes, 1 client", 1, 0),
                    new Workload.Load("writes, 16 clients", 16, 0),
                    new Workload.Load("writes, 64 clients", 64, 0),
                    new Workload.Load("writes, 256 clients", 256, 0),
                    new Workload.Load("linearizable reads, 1 client", 1, 100),
                    new Workload.Load("linearizable reads, 64 clients", 64, 100),
                    new Workload.Load("90 % reads, 64 clients", 64, 90),
                    new Workload.Watch("changes seen by 100 watchers", 100));

    private Workloads() {}
}
