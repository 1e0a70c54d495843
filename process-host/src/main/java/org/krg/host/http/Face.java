// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/// More services on the server of the API.
@FunctionalInterface
public interface Face {
    /// Adds the services.
    ///
    /// @param principals says who sends a request; throws [org.krg.host.HostFailure] when they may
    ///   not
    /// @param denied is told of a request and the user who may not do what it asks for
    void open(
            ServerBuilder server,
            BiFunction<ServiceRequestContext, RequestHeaders, String> principals,
            BiConsumer<ServiceRequestContext, String> denied);
}
