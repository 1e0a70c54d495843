// SPDX-License-Identifier: Apache-2.0

/// What the API asks of the cluster: images to read, commands to propose, names to find, and other
/// agents to pass a request on to.
@NullMarked
package org.krg.host.http.cluster;

import org.jspecify.annotations.NullMarked;
