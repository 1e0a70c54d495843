// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

/// Understands the policies that users write.
@FunctionalInterface
public interface PolicyReader {
    /// {@return the policy in `text`, checked}
    ///
    /// @throws BadPolicy if it cannot be used, or does not choose what its own examples say
    WrittenPolicy read(String text) throws BadPolicy;
}
