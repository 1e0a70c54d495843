// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.function.BiFunction;
import org.krg.host.Admitted;

/// More services on the server of the API.
@FunctionalInterface
public interface Face {
    /// Adds the services.
    ///
    /// @param admission says who sends a request; throws [org.krg.host.HostFailure] when they may
    ///   not
    void open(
            ServerBuilder server,
            BiFunction<ServiceRequestContext, HttpRequest, Admitted> admission);
}
