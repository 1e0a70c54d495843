// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

/// The system did not do what the campaign needs to go on.
public final class CampaignFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CampaignFailed(String message) {
        super(message);
    }

    public CampaignFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
