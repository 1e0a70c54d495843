// SPDX-License-Identifier: Apache-2.0

/// The peer port: connections between agents, each for one service.
///
/// | step | from the opener | from the owner of the port |
/// | --- | --- | --- |
/// | 1 | `Hello`: version, cluster, both nodes, service, nonce | |
/// | 2 | | `Challenge`: nonce, proof; or a refusal |
/// | 3 | `Proof` | |
/// | 4 | | `Welcome`; or a refusal |
/// | 5 | the service's own bytes | the service's own bytes |
///
/// A proof is HMAC-SHA256 with the cluster's secret over the side that proves and everything that
/// was said, so that neither can be replayed or turned round (the pattern of ISO/IEC 9798-4). It
/// authenticates the opening of a connection and encrypts nothing: the port listens on loopback
/// only until there is mutual TLS.
///
/// The service `asks` is here; the others are handlers of other modules.
@NullMarked
package org.krg.host.netty;

import org.jspecify.annotations.NullMarked;
