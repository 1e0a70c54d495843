// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.CertificateName.Role;

/// The body with which root asks for a certificate for a user.
public record UserCertificateBody(
        @Nullable String user,
        @Nullable String request,
        @Nullable Boolean admin,
        @Nullable BigDecimal lifeSeconds) {
    /// {@return the user's name}
    public String name() {
        return Values.require("user", user);
    }

    /// {@return the request for a certificate, PEM}
    public String signing() {
        return Values.require("request", request);
    }

    /// {@return what the user is to the cluster}
    public Role role() {
        return Values.or(admin, false) ? Role.ADMIN : Role.CLIENT;
    }

    /// {@return how long the certificate lasts}
    public Duration life(Duration otherwise) {
        return Values.duration("lifeSeconds", lifeSeconds, otherwise);
    }
}
