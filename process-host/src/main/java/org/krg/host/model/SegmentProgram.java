// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.util.Optional;
import org.krg.pages.model.Attachment;
import org.krg.state.model.ProcessId;

/// A process of a node that has a segment, and who it is.
///
/// @param user the name of its user; empty if the machine knows none
/// @param command its arguments, with blanks between them; empty if it has ended meanwhile
/// @param process the hosted process that it belongs to; empty if it belongs to none
public record SegmentProgram(
        Attachment attachment,
        Optional<String> user,
        String command,
        Optional<ProcessId> process) {}
