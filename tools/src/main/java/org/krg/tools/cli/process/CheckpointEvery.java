// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.krg.tools.cli.DurationText;
import picocli.CommandLine.ITypeConverter;

/// How often checkpoints are taken, as it is written: a duration, or `auto`.
sealed interface CheckpointEvery {
    /// So often.
    record Fixed(Duration interval) implements CheckpointEvery {}

    /// As often as costs least.
    record Auto() implements CheckpointEvery {}

    /// Writes it into a submission.
    default void put(ObjectNode body, String field) {
        switch (this) {
            case Fixed(var interval) -> body.put(field, JobOptions.seconds(interval));
            case Auto _ -> body.put(field, "auto");
        }
    }

    /// For picocli.
    final class Converter implements ITypeConverter<CheckpointEvery> {
        @Override
        public CheckpointEvery convert(String text) {
            return text.equals("auto") ? new Auto() : new Fixed(DurationText.parse(text));
        }
    }
}
