// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs tests in a JVM of its own and ends it with the first one that fails. The last line of its
/// output is the verdict: `PASSED count`, or `FAILED class#method reason`.
final class Judge {
    private Judge() {}

    /// Arguments: tests, each a class or `CLASS#METHOD`.
    public static void main(String... tests) {
        var request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(Arrays.stream(tests).map(Judge::selector).toList())
                        .filters(TagFilter.excludeTags("long"))
                        .build();
        var watch = new Watch();
        LauncherFactory.create().execute(request, watch);
        end("PASSED " + watch.passed);
    }

    private static DiscoverySelector selector(String test) {
        var words = List.of(test.split("#", 2));
        return words.size() == 1
                ? selectClass(test)
                : selectMethod(words.getFirst(), words.getLast(), parameters(words));
    }

    /// {@return the types of a test's parameters, which its name leaves out}
    private static Class<?>[] parameters(List<String> words) {
        try {
            return Arrays.stream(Class.forName(words.getFirst()).getDeclaredMethods())
                    .filter(method -> method.getName().equals(words.getLast()))
                    .map(Method::getParameterTypes)
                    .findFirst()
                    .orElseGet(() -> new Class<?>[0]);
        } catch (ClassNotFoundException missing) {
            throw new IllegalArgumentException(missing);
        }
    }

    private static void end(String verdict) {
        System.out.println("\n" + verdict);
        System.out.flush();
        // Clusters of a test that failed half-way would hold the JVM up.
        Runtime.getRuntime().halt(0);
    }

    private static final class Watch implements TestExecutionListener {
        private int passed;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == Status.FAILED) {
                result.getThrowable().ifPresent(failure -> failure.printStackTrace(System.out));
                end("FAILED " + name(test) + " " + reason(result));
            }
            if (test.isTest() && result.getStatus() == Status.SUCCESSFUL) {
                passed++;
            }
        }

        private static String name(TestIdentifier test) {
            return test.getSource()
                    .map(source ->
                            switch (source) {
                                case MethodSource method ->
                                        simple(method.getClassName())
                                                + "#"
                                                + method.getMethodName();
                                case ClassSource type -> simple(type.getClassName());
                                default -> test.getDisplayName();
                            })
                    .orElse(test.getDisplayName());
        }

        private static String simple(String type) {
            return type.substring(type.lastIndexOf('.') + 1);
        }

        private static String reason(TestExecutionResult result) {
            return result.getThrowable()
                    .map(failure -> String.valueOf(failure.getMessage()).strip())
                    .map(text -> List.of(text.split("\n")).getFirst())
                    .orElse("");
        }
    }

    /// {@return the arguments of a JVM that judges}
    ///
    /// @param scratch for the temporary files of the tests
    static List<String> command(
            String java, String classPath, Path root, Path scratch, List<String> tests) {
        var command =
                new ArrayList<>(
                        List.of(
                                java,
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Xmx768m",
                                "-XX:+UseSerialGC",
                                "-Dkrg.root=" + root,
                                "-Djava.io.tmpdir=" + scratch,
                                "-cp",
                                classPath,
                                Judge.class.getName()));
        command.addAll(tests);
        return command;
    }
}
