// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Code that replicas run must come to the same result on every machine and in every run.
class PurityTest {
    private static final DescribedPredicate<JavaClass> LANGUAGE =
            resideInAnyPackage(
                    "java.lang",
                    "java.lang.annotation",
                    "java.lang.runtime",
                    "java.math",
                    "java.nio",
                    "java.nio.charset",
                    "java.security",
                    "java.time..",
                    "java.util",
                    "java.util.function",
                    "java.util.regex",
                    "java.util.stream",
                    "org.jspecify.annotations");

    private static final DescribedPredicate<JavaClass> MESSAGES =
            resideInAnyPackage("com.google.protobuf..")
                    // Thrown by what writes messages, also into memory.
                    .or(describe("IOException", type -> type.isEquivalentTo(IOException.class)));

    /// Their order depends on the run or on their history.
    private static final Set<String> UNORDERED =
            Set.of(
                    "java.util.HashMap",
                    "java.util.HashSet",
                    "java.util.Hashtable",
                    "java.util.IdentityHashMap",
                    "java.util.WeakHashMap");

    /// What asks something of the machine.
    private static final Set<String> MACHINE =
            Set.of(
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.lang.Runtime",
                    "java.lang.ScopedValue",
                    "java.lang.Thread",
                    "java.lang.ThreadLocal",
                    "java.security.SecureRandom",
                    "java.time.Clock",
                    "java.util.Random",
                    "java.util.Scanner",
                    "java.util.ServiceLoader",
                    "java.util.SplittableRandom",
                    "java.util.Timer");

    /// Calls of otherwise pure types, and of `System` whatever is not named in [#isImpure].
    private static final Set<String> IMPURE_CALLS =
            Set.of(
                    "java.util.Map.of",
                    "java.util.Map.ofEntries",
                    "java.util.Map.copyOf",
                    "java.util.Set.of",
                    "java.util.Set.copyOf",
                    "java.util.Collections.shuffle",
                    "java.util.Collection.parallelStream",
                    "java.util.UUID.randomUUID",
                    "java.util.stream.Collectors.toSet",
                    "java.util.stream.Collectors.toUnmodifiableMap",
                    "java.util.stream.Collectors.toUnmodifiableSet",
                    "java.util.stream.Stream.parallel",
                    "java.lang.Math.random");

    @Test
    void pureCodeUsesTheLanguageAndItself() {
        classes()
                .that(Classes.PURE)
                .and()
                .resideOutsideOfPackage("..codec..")
                .should()
                .onlyDependOnClassesThat(LANGUAGE.or(Classes.PURE))
                .check(Classes.ALL);
    }

    @Test
    void aCodecAlsoUsesProtobuf() {
        classes()
                .that()
                .resideInAPackage("org.krg.*.codec..")
                .should()
                .onlyDependOnClassesThat(
                        LANGUAGE.or(MESSAGES).or(Classes.PURE).or(Classes.GENERATED))
                .check(Classes.ALL);
    }

    @Test
    void pureCodeHoldsNoUnorderedCollection() {
        noClasses()
                .that(Classes.PURE)
                .should()
                .dependOnClassesThat(isNamedIn(UNORDERED))
                .check(Classes.ALL);
    }

    @Test
    void pureCodeAsksNothingOfTheMachine() {
        noClasses()
                .that(Classes.PURE)
                .should()
                .dependOnClassesThat(isNamedIn(MACHINE))
                .orShould()
                .accessTargetWhere(describe("it is impure", PurityTest::isImpure))
                .check(Classes.ALL);
    }

    private static DescribedPredicate<JavaClass> isNamedIn(Set<String> names) {
        return describe("one of " + names, type -> names.contains(type.getName()));
    }

    private static boolean isImpure(JavaAccess<?> access) {
        var owner = access.getTargetOwner().getName();
        var name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> !name.equals("arraycopy");
            default ->
                    IMPURE_CALLS.contains(owner + "." + name)
                            || (owner.startsWith("java.time.") && name.equals("now"));
        };
    }
}
