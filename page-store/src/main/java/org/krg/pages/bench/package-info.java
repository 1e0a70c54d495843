// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench links`: what shared memory is made of on this machine, beside plain sockets.
@NullMarked
package org.krg.pages.bench;

import org.jspecify.annotations.NullMarked;
