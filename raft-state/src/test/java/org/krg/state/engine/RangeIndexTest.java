// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.krg.state.model.key.KeyRange;
import org.krg.testkit.RandomTransactions;
import org.krg.testkit.Seeds;

final class RangeIndexTest {
    private record Entry(KeyRange range, Integer value) {}

    @Test
    void aKeyFindsExactlyTheRangesThatContainIt() {
        Seeds.run(
                300,
                random -> {
                    var index = new RangeIndex<Integer>();
                    var all = new ArrayList<Entry>();
                    var transactions = new RandomTransactions(random);
                    for (var step = 0; step < 60; step++) {
                        if (random.nextInt(3) > 0 || all.isEmpty()) {
                            var range =
                                    random.nextBoolean()
                                            ? transactions.range()
                                            : KeyRange.one(transactions.key());
                            all.add(new Entry(range, step));
                            index.add(range, step);
                        } else {
                            var gone = all.remove(random.nextInt(all.size()));
                            index.remove(gone.range, gone.value);
                        }
                        var key = transactions.key();
                        Set<Integer> expected = new HashSet<>();
                        all.stream()
                                .filter(each -> each.range.contains(key))
                                .forEach(each -> expected.add(each.value));
                        var found = new ArrayList<Integer>();
                        index.find(key, found::add);
                        assertThat(found).doesNotHaveDuplicates();
                        assertThat(new HashSet<>(found)).isEqualTo(expected);
                    }
                });
    }
}
