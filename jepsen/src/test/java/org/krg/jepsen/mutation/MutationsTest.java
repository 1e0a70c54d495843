// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    void everyPatchAppliesAndCompiles() throws IOException, InterruptedException {
        var classPath = System.getProperty("java.class.path");
        var overlay = new Overlay(ROOT, work.resolve("overlay"), classPath);
        for (var together : apart(mutations)) {
            assertThat(overlay.make(together)).isNotEmptyDirectory();
        }
    }

    /// {@return all, in groups that touch no source twice} Most of the time of the compiler goes
    /// into what they all use.
    private static List<List<Mutation>> apart(List<Mutation> mutations) {
        var groups = new ArrayList<List<Mutation>>();
        for (var mutation : mutations) {
            var group =
                    groups.stream()
                            .filter(it -> it.stream().allMatch(mutation::isApartFrom))
                            .findFirst();
            group.ifPresentOrElse(
                    it -> it.add(mutation), () -> groups.add(new ArrayList<>(List.of(mutation))));
        }
        return groups;
    }

    @Test
    void aPatchThatDoesNotCompileIsUnfit() throws IOException {
        Files.writeString(work.resolve("Answer.java"), "class Answer {\n    int value = 42;\n}\n");
        var patch =
                Files.writeString(
                        work.resolve("01-answer.patch"),
                        """
                        --- a/Answer.java
                        +++ b/Answer.java
                        @@ -1,3 +1,3 @@
                         class Answer {
                        -    int value = 42;
                        +    int value = "42";
                         }
                        """);
        var overlay = new Overlay(work, work.resolve("overlay"), "");

        assertThatThrownBy(() -> overlay.make(List.of(Mutation.read(patch))))
                .isInstanceOf(Overlay.Unfit.class)
                .hasMessageStartingWith("01-answer: does not compile")
                .hasMessageContaining("String cannot be converted to int");
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
