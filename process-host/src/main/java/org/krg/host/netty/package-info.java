// SPDX-License-Identifier: Apache-2.0

/// The peer port: connections between agents, each for one service.
///
/// | step | from the opener | from the owner of the port |
/// | --- | --- | --- |
/// | 1 | TLS 1.3 | TLS 1.3, and asks for a certificate |
/// | 2 | `Hello`: version, cluster, both nodes, service | |
/// | 3 | | `Welcome`; or a refusal |
/// | 4 | the service's own bytes | the service's own bytes |
///
/// Both certificates must be those of the nodes that `Hello` names.
///
/// The service `asks` is here; the others are handlers of other modules.
@NullMarked
package org.krg.host.netty;

import org.jspecify.annotations.NullMarked;
