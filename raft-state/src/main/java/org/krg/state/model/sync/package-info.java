// SPDX-License-Identifier: Apache-2.0

/// What processes on different nodes synchronise with: mutexes, read-write locks, semaphores,
/// barriers, conditions and words. Immutable values.
///
/// An object has a number in a segment and is there by being used: at first it is all zeros, a free
/// lock, a semaphore or word of 0. One that is all zeros again is forgotten.
@NullMarked
package org.krg.state.model.sync;

import org.jspecify.annotations.NullMarked;
