// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/// The classes of the project, tests and generated code apart, and the kinds of packages they are
/// in.
final class Classes {
    /// Everything that the modules put on the class path.
    static final JavaClasses ALL =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .withImportOption(location -> !location.contains("/proto/"))
                    .importPackages("org.krg");

    static final DescribedPredicate<JavaClass> OURS = resideInAPackage("org.krg..");

    /// Values, decisions, and text or bytes from values: no technology.
    static final DescribedPredicate<JavaClass> PURE =
            resideInAnyPackage(
                            "org.krg.*.model..",
                            "org.krg.*.command..",
                            "org.krg.*.event..",
                            "org.krg.*.image..",
                            "org.krg.*.core..",
                            "org.krg.*.codec..",
                            "org.krg.pages.coherence..")
                    .as("pure");

    /// What protobuf makes.
    static final DescribedPredicate<JavaClass> GENERATED =
            resideInAPackage("org.krg.*.proto..").as("generated");

    /// The public face of a module.
    static final DescribedPredicate<JavaClass> ROOT = resideInAPackage("org.krg.*").as("a root");

    static final DescribedPredicate<JavaClass> ENGINE =
            resideInAPackage("org.krg.*.engine..").as("an engine");

    /// The packages that construct everything, and those of the programs a person runs.
    static final DescribedPredicate<JavaClass> WIRING =
            resideInAnyPackage(
                            "org.krg.host.daemon..",
                            "org.krg.pages.bench..",
                            "org.krg.tools..",
                            "org.krg.jepsen..")
                    .as("wiring");

    /// One technology each. The bindings to Linux and the compression know nothing of krg: whoever
    /// needs them uses them like a library.
    static final DescribedPredicate<JavaClass> LIBRARY =
            resideInAnyPackage("org.krg.linux..", "org.krg.checkpoint.zstd..").as("a library");

    static final DescribedPredicate<JavaClass> ADAPTER =
            OURS.and(not(PURE))
                    .and(not(GENERATED))
                    .and(not(LIBRARY))
                    .and(not(ROOT))
                    .and(not(ENGINE))
                    .and(not(WIRING))
                    .as("an adapter");

    private Classes() {}
}
