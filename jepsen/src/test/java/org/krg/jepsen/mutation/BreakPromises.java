// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// Breaks each promise in turn and prints whether each test that has to notice does.
final class BreakPromises {
    private static final String ROW = "%-8s  %-34s  %-62s  %7s%n";

    /// For one test of a mutation; most take seconds on an idle machine.
    private static final Duration ONE = Duration.ofMinutes(4);

    /// For the tests of all mutations.
    private static final Duration ALL = Duration.ofMinutes(20);

    private final Path root;
    private final Path work;
    private final String classPath;
    private int missed;

    private BreakPromises(Path root) {
        this.root = root;
        this.work = root.resolve("target").resolve("mutations");
        this.classPath = System.getProperty("java.class.path");
    }

    /// Arguments: names of mutations, or beginnings of names; none for all. Ends with 0 when every
    /// one was noticed, else with 1.
    public static void main(String... names) throws IOException, InterruptedException {
        var all = new BreakPromises(Path.of(System.getProperty("krg.root")));
        System.exit(all.run(Arrays.asList(names)) ? 0 : 1);
    }

    private boolean run(List<String> names) throws IOException, InterruptedException {
        var mutations =
                Mutation.all(root).stream()
                        .filter(each -> names.isEmpty() || isNamed(each, names))
                        .toList();
        if (mutations.isEmpty()) {
            System.err.println("no mutation has that name; they are in jepsen/src/mutations");
            return false;
        }
        Files.createDirectories(work);
        if (!holdUnbroken(mutations)) {
            return false;
        }
        System.out.printf(ROW, "PROMISE", "BROKEN", "NOTICED BY", "SECONDS");
        for (var mutation : mutations) {
            judge(mutation);
        }
        System.out.printf("%d of %d noticed%n", mutations.size() - missed, mutations.size());
        return missed == 0;
    }

    private static boolean isNamed(Mutation mutation, List<String> names) {
        return names.stream().anyMatch(mutation.name()::startsWith);
    }

    /// A test that fails anyway notices nothing.
    private boolean holdUnbroken(List<Mutation> mutations)
            throws IOException, InterruptedException {
        var tests = mutations.stream().flatMap(each -> each.tests().stream()).distinct().toList();
        var trial = Trial.run(root, classPath, tests, work.resolve("unbroken.log"), ALL);
        if (!trial.passed()) {
            System.err.println("fails without being broken: " + trial.verdict());
        }
        return trial.passed();
    }

    private void judge(Mutation mutation) throws IOException, InterruptedException {
        var directory = work.resolve(mutation.name());
        try {
            var classes = new Overlay(root, directory, classPath).make(List.of(mutation));
            var path = classes + java.io.File.pathSeparator + classPath;
            var noticed = true;
            for (var test : mutation.tests()) {
                var log = directory.resolve(test.substring(test.lastIndexOf('.') + 1) + ".log");
                var trial = Trial.run(root, path, List.of(test), log, ONE);
                noticed &= !trial.passed();
                print(
                        mutation,
                        trial.passed() ? "NOT BY " + test : trial.verdict(),
                        "%.1f".formatted(trial.took().toMillis() / 1e3));
            }
            missed += noticed ? 0 : 1;
        } catch (Overlay.Unfit | Trial.Undecided unknown) {
            missed++;
            print(mutation, "UNKNOWN: " + unknown.getMessage(), "");
        }
    }

    private static void print(Mutation mutation, String verdict, String seconds) {
        var promises = mutation.promises().toString().replaceAll("[\\[\\]]", "");
        System.out.printf(ROW, promises, mutation.name(), verdict, seconds);
        System.out.flush();
    }
}
