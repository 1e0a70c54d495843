// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import org.krg.host.AgentSettings.EncryptionSettings;

/// What a dev cluster is like that is made now.
///
/// @param encryption of the checkpoints that its nodes keep
/// @param separateNetworks whether each node has a network of its own, as a machine has
public record DevShape(EncryptionSettings encryption, boolean separateNetworks) {
    /// Nodes that encrypt nothing and share the machine's network.
    public static final DevShape DEFAULT = new DevShape(EncryptionSettings.DEFAULT, false);
}
