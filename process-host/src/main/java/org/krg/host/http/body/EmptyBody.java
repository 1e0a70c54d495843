// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

/// A body that says nothing.
public record EmptyBody() {}
