// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UploadPlacesTest {
    @Test
    void aUserHasOnePlaceAndLeavesTheOthersToOthers() {
        var places = new UploadPlaces(2);
        try (var _ = places.take("ann").orElseThrow();
                var _ = places.take("bob").orElseThrow()) {
            assertThat(places.take("eve")).isEmpty();
        }
        try (var _ = places.take("ann").orElseThrow()) {
            assertThat(places.take("ann")).isEmpty();
            places.take("eve").orElseThrow().close();
        }
        assertThat(places.take("ann")).isPresent();
    }
}
