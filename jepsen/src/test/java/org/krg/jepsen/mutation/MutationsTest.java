// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be said of the mutations without running their tests.
class MutationsTest {
    private static final Path ROOT = Path.of(System.getProperty("krg.root"));
    private static final Pattern PROMISE = Pattern.compile("(?m)^## (\\d+)\\. ");

    /// `ClassName` or `ClassName#method` in backquotes.
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test)(?:#(\\w+))?`");

    private final List<Mutation> mutations = Mutation.all(ROOT);

    @TempDir Path work;

    @Test
    void everyPatchApplies() throws IOException, InterruptedException {
        var overlay = new Overlay(ROOT, work.resolve("overlay"), "");
        for (var mutation : mutations) {
            assertThat(overlay.patch(mutation)).as(mutation.name()).isNotEmpty();
        }
    }

    @Test
    void everyPromiseIsBrokenByAMutation() throws IOException {
        var promises =
                PROMISE.matcher(guarantees())
                        .results()
                        .map(found -> Integer.valueOf(found.group(1)))
                        .collect(Collectors.toCollection(TreeSet::new));

        var broken = new TreeSet<Integer>();
        mutations.forEach(each -> broken.addAll(each.promises()));

        assertThat(promises).hasSizeGreaterThanOrEqualTo(20);
        assertThat(broken).isEqualTo(promises);
    }

    @Test
    void everyMutationSaysWhatItBreaksAndNamesTestsThatExist() throws IOException {
        for (var mutation : mutations) {
            assertThat(mutation.broken()).as(mutation.name()).isNotBlank();
            assertThat(mutation.tests()).as(mutation.name()).isNotEmpty();
            for (var test : mutation.tests()) {
                var words = test.split("#");
                assertThatTestExists(words[0].substring(words[0].lastIndexOf('.') + 1), words);
            }
        }
    }

    @Test
    void everyTestThatThePromisesNameExists() throws IOException {
        var named = TEST.matcher(guarantees()).results().toList();
        assertThat(named).hasSizeGreaterThan(20);
        for (var test : named) {
            assertThatTestExists(test.group(1), test.group(1), test.group(2));
        }
    }

    private static void assertThatTestExists(String name, String... words) throws IOException {
        try (var files = Files.walk(ROOT, 12)) {
            var sources =
                    files.filter(file -> file.endsWith(name + ".java"))
                            .filter(file -> file.toString().contains("src/test/java"))
                            .toList();
            assertThat(sources).as(name).isNotEmpty();
            if (words.length > 1 && words[1] != null) {
                var texts = new StringBuilder();
                for (var source : sources) {
                    texts.append(Files.readString(source));
                }
                assertThat(texts).contains("void " + words[1] + "(");
            }
        }
    }

    private static String guarantees() throws IOException {
        return Files.readString(ROOT.resolve("docs").resolve("guarantees.md"));
    }
}
