// SPDX-License-Identifier: Apache-2.0

/// Decides about synchronisation: who gets a lock next, who waits, what a death leaves behind.
///
/// A request is answered in the step that applies it, or its thread waits in the list of one object
/// until another step answers it. Nobody is passed over in a list but by requests on semaphores
/// that can be met while an earlier one cannot.
@NullMarked
package org.krg.state.core.sync;

import org.jspecify.annotations.NullMarked;
