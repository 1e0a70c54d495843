// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.state.model.InvariantBroken;
import org.krg.testkit.Seeds;

class TableTest {
    @Test
    void aTableSaysTheSameAsATreeMap() {
        Seeds.run(
                50,
                random -> {
                    var table = Table.<Integer, Integer>empty();
                    var map = new TreeMap<Integer, Integer>();
                    var keys = 1 + random.nextInt(200);
                    for (var step = 0; step < 500; step++) {
                        var key = random.nextInt(keys);
                        if (random.nextInt(3) > 0) {
                            table = table.with(key, step);
                            map.put(key, step);
                        } else {
                            table = table.without(key);
                            map.remove(key);
                        }
                        var probe = random.nextInt(keys);
                        assertThat(table.size()).isEqualTo(map.size());
                        assertThat(table.find(probe).orElse(-1))
                                .isEqualTo(map.getOrDefault(probe, -1));
                        assertThat(table.from(probe).map(Table.Entry::key).toList())
                                .isEqualTo(List.copyOf(map.tailMap(probe).keySet()));
                    }
                    assertThat(table.values()).isEqualTo(List.copyOf(map.values()));
                    assertThat(table.stream().map(Table.Entry::key).toList())
                            .isEqualTo(List.copyOf(map.keySet()));
                });
    }

    @Test
    void aTableIsNotChangedByWhatIsMadeFromIt() {
        var before = Table.<String, Integer>empty().with("a", 1).with("b", 2);

        var after = before.with("a", 3).without("b").with("c", 4);

        assertThat(before.values()).containsExactly(1, 2);
        assertThat(after.values()).containsExactly(3, 4);
    }

    @Test
    void tablesWithTheSameEntriesAreEqualHoweverTheyGrew() {
        var up = Table.<Integer, Integer>empty();
        var down = Table.<Integer, Integer>empty();
        for (var i = 0; i < 100; i++) {
            up = up.with(i, i);
            down = down.with(99 - i, 99 - i);
        }

        assertThat(up).isEqualTo(down).hasSameHashCodeAs(down);
        assertThat(up).isNotEqualTo(down.without(5)).isNotEqualTo(down.with(5, 6));
        assertThat(up.toString()).isEqualTo(down.toString());
    }

    @Test
    void aMillionEntriesInOrderStayBalanced() {
        var table = Table.<Integer, Integer>empty();
        for (var i = 0; i < 1_000_000; i++) {
            table = table.with(i, i);
        }

        // Unbalanced, the recursion would end the stack.
        assertThat(table.values()).hasSize(1_000_000);
        assertThat(table.from(999_998).map(Table.Entry::value).toList())
                .containsExactly(999_998, 999_999);
    }

    @Test
    void aMissingKeyThatMustBeThereBreaksAnInvariant() {
        var table = Table.<String, Integer>empty().with("a", 1);

        assertThat(table.require("a")).isEqualTo(1);
        assertThatThrownBy(() -> table.require("b"))
                .isInstanceOf(InvariantBroken.class)
                .hasMessageContaining("b");
    }

    @Test
    void valuesCannotBeChanged() {
        var values = Table.<String, Integer>empty().with("a", 1).values();

        assertThatThrownBy(() -> values.add(2)).isInstanceOf(UnsupportedOperationException.class);
    }
}
