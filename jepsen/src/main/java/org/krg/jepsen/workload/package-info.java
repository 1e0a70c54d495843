// SPDX-License-Identifier: Apache-2.0

/// Clients that keep a cluster busy and note what they saw.
@NullMarked
package org.krg.jepsen.workload;

import org.jspecify.annotations.NullMarked;
