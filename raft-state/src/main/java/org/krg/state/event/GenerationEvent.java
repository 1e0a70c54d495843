// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

/// A checkpoint of a process came, changed, went, or failed.
public sealed interface GenerationEvent extends Event {
    /// The generation exists from now on; its number is the process's last one.
    record Committed(Generation generation, String detail) implements GenerationEvent {}

    /// Its copies or its count of failures changed.
    record Changed(Generation generation, String detail) implements GenerationEvent {}

    /// It was forgotten.
    record Dropped(GenerationId generation, String detail) implements GenerationEvent {}

    /// An attempt failed; nothing was changed.
    record Failed(ProcessId process, Epoch epoch, String detail) implements GenerationEvent {}
}
