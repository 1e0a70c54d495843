// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.criu.CriuDumper;
import org.krg.checkpoint.criu.CriuSelfTest;
import org.krg.checkpoint.engine.CooperativeDumper;
import org.krg.checkpoint.engine.Dumper;
import org.krg.checkpoint.model.SelfTest;
import org.krg.host.NodeReport;
import org.krg.host.kernel.CellLinks;
import org.krg.host.kernel.Cells;
import org.krg.host.model.LimitSupport;
import org.krg.linux.Account;
import org.krg.state.model.Capabilities;
import org.krg.state.model.Engine;

/// What this node can do, found out by trying.
///
/// @param dumpers the engines that work here
record Abilities(Map<Engine, Dumper> dumpers, Capabilities capabilities, NodeReport report) {
    /// Others than root must be able to enter it, which the data directory need not allow.
    private static final Path SCRATCH = Path.of("/tmp");

    private static final int ROOT = 0;

    /// Tries; takes about a second where CRIU works.
    ///
    /// @param natives the directory of krg's native programs
    static Abilities find(
            Cells cells, CheckpointConfig config, Path natives, Optional<CellLinks> links) {
        var test = test(cells, config, natives);
        var limits = cells.limits().stream().map(Abilities::text).toList();
        var dumpers = dumpers(cells, test, config);
        var engines = new ArrayList<>(dumpers.keySet());
        engines.add(Engine.RESTART);
        var notes = notes(cells, test);
        var problem = links.flatMap(CellLinks::problem);
        problem.ifPresent(notes::add);
        var allNotes = new ArrayList<>(notes);
        cells.limits().stream()
                .filter(LimitSupport.Off.class::isInstance)
                .map(Abilities::text)
                .forEach(allNotes::add);
        var criu = test.works() ? test.version() : "";
        var uid = Account.ownUid();
        return new Abilities(
                dumpers,
                new Capabilities(
                        MachineFacts.architecture(),
                        MachineFacts.kernel(),
                        criu,
                        engines,
                        uid == ROOT,
                        uid,
                        allNotes,
                        problem.isPresent() ? Optional.empty() : links.map(CellLinks::pool)),
                new NodeReport(notes, limits, engines, criu, test.finding(), ""));
    }

    /// A program that saves itself needs nothing but a cell that can be stopped.
    private static Map<Engine, Dumper> dumpers(
            Cells cells, SelfTest test, CheckpointConfig config) {
        var dumpers = new EnumMap<Engine, Dumper>(Engine.class);
        if (test.works()) {
            dumpers.put(Engine.CRIU, CriuDumper.open(config));
        }
        if (cells.findCgroupRoot().isPresent()) {
            dumpers.put(Engine.COOPERATIVE, new CooperativeDumper());
        }
        return dumpers;
    }

    private static SelfTest test(Cells cells, CheckpointConfig config, Path natives) {
        Optional<Path> cgroup = cells.findCgroupRoot();
        if (cgroup.isEmpty()) {
            return new SelfTest(
                    false, "", "cells are not isolated here, so that CRIU cannot save them");
        }
        var probe = natives.resolve("criu-probe");
        return new CriuSelfTest(config, probe, cgroup.get(), SCRATCH, cells.kdat()).run();
    }

    private static ArrayList<String> notes(Cells cells, SelfTest test) {
        var notes = new ArrayList<String>();
        if (cells.findCgroupRoot().isEmpty()) {
            notes.add(
                    "cells are sessions without namespaces or cgroups: run the agent as root on a"
                            + " machine with a cgroup2 tree");
        }
        if (!test.works()) {
            notes.add("CRIU saves no processes here: " + test.finding());
        }
        return notes;
    }

    private static String text(LimitSupport limit) {
        return switch (limit) {
            case LimitSupport.InForce(var resource, var where) ->
                    "limits on " + resource + " hold, through " + where;
            case LimitSupport.Off(var resource, var reason) ->
                    "limits on " + resource + " do not hold: " + reason;
        };
    }
}
