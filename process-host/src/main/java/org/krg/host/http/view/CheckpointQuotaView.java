// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;
import org.krg.state.core.CheckpointQuota;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;

/// How much users' checkpoints take and may take, as the API shows it.
public final class CheckpointQuotaView {
    private CheckpointQuotaView() {}

    /// {@return everybody who has checkpoints or a limit, and the limit of all others}
    public static ObjectNode of(ClusterImage image) {
        var limits = image.access().checkpointLimits();
        var owners = new TreeSet<String>();
        limits.stream().map(Table.Entry::key).filter(it -> !it.isEmpty()).forEach(owners::add);
        image.jobs().values().stream()
                .filter(job -> CheckpointQuota.use(image, job) > 0)
                .forEach(job -> owners.add(job.owner().name()));
        var view = Json.object().put("commonBytes", limits.find("").orElse(0L));
        var lines = view.putArray("owners");
        for (var owner : owners) {
            lines.add(of(image, owner).put("ownLimit", limits.find(owner).isPresent()));
        }
        return view;
    }

    /// {@return what the checkpoints of a user take and may take}
    public static ObjectNode of(ClusterImage image, String owner) {
        return Json.object()
                .put("owner", owner)
                .put("usedBytes", CheckpointQuota.use(image, owner))
                .put("quotaBytes", image.access().findCheckpointLimit(owner).orElse(0L));
    }
}
