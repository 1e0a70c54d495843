// SPDX-License-Identifier: Apache-2.0

/// Keys and certificates of a cluster: its authority, what a node or a user asks it to sign, the
/// files they are kept in, and how connections prove who is at their ends.
///
/// X.509 is written and read with BouncyCastle, which the JDK cannot do by itself; TLS is the
/// JDK's. Keys are ECDSA on P-256, certificates name their holder in one URI ([CertificateName]).
@NullMarked
package org.krg.host.tls;

import org.jspecify.annotations.NullMarked;
