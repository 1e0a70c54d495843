// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.time.Instant;

/// Gets this node another certificate for a new key, which connections use from then on.
@FunctionalInterface
public interface CertificateRenewal {
    /// {@return when the new certificate ends} Blocks.
    ///
    /// @throws HostFailure if no node that signs can be asked, or none wants to
    Instant renew();
}
