// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// Ends the process because this replica can no longer be trusted. Tests only note the call.
public interface LastResort {
    /// Says what is wrong, once, and does not come back outside tests.
    void end(String what, Throwable cause);
}
