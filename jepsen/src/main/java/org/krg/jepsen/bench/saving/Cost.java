// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.time.Duration;

/// What an act has cost.
///
/// @param stood for how long the program stood still, by its own observation
/// @param took from the request to its success
/// @param wholeBytes of images, before anything is left out or compressed
/// @param newBytes that were stored or sent for it
record Cost(Duration stood, Duration took, long wholeBytes, long newBytes) {}
