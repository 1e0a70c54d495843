// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;

/// How the rules name things in sentences for people.
final class Text {
    /// Characters of a reason that are kept: enough for a cause and its remedy, small in every row.
    static final int MAX_LENGTH = 4_096;

    private Text() {}

    static String of(Job job) {
        return "job " + job.id() + " (" + job.name() + ")";
    }

    static String of(ClusterImage image, HostedProcess process) {
        var job = image.jobs().require(process.job());
        return "process " + process.id() + " (" + job.name() + "/" + process.rank() + ")";
    }

    /// {@return the beginning of `reason`, never half a character}
    static String bounded(String reason) {
        return bounded(reason, MAX_LENGTH);
    }

    /// {@return at most `most` characters of `reason`, from its beginning, never half a character}
    static String bounded(String reason, int most) {
        if (reason.length() <= most) {
            return reason;
        }
        var end = Character.isHighSurrogate(reason.charAt(most - 1)) ? most - 1 : most;
        return reason.substring(0, end);
    }
}
