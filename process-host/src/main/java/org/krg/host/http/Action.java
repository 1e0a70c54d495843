// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;

/// What is done for a request. Runs on a virtual thread and may block; what it throws becomes the
/// reply.
@FunctionalInterface
interface Action {
    HttpResponse answer(Call call);
}
