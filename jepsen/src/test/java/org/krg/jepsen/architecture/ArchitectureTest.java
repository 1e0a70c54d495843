// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Who may use whom, between modules and between the packages of a module.
class ArchitectureTest {
    @ParameterizedTest
    @FieldSource("org.krg.jepsen.architecture.ModuleRow#TABLE")
    void aModuleUsesOnlyWhatItsRowNames(ModuleRow module) {
        classes()
                .that()
                .resideInAnyPackage(module.own())
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(module.ownAndUsed()).or(not(Classes.OURS)))
                .check(Classes.ALL);
    }

    @Test
    void everyClassBelongsToAModule() {
        classes().should().resideInAnyPackage(ModuleRow.allPackages()).check(Classes.ALL);
    }

    @ParameterizedTest
    @FieldSource("org.krg.jepsen.architecture.Technology#TABLE")
    void aTechnologyStaysBehindItsPackages(Technology technology) {
        noClasses()
                .that()
                .resideOutsideOfPackages(technology.whoUsesIt())
                .should()
                .dependOnClassesThat(technology.isUsed())
                .check(Classes.ALL);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.krg.(**)").should().beFreeOfCycles().check(Classes.ALL);
    }

    @Test
    void theFaceOfAModuleKnowsNeitherEnginesNorAdapters() {
        classes()
                .that(Classes.ROOT.and(not(Classes.WIRING)))
                .should()
                .onlyDependOnClassesThat(Classes.ROOT.or(Classes.PURE).or(not(Classes.OURS)))
                .check(Classes.ALL);
    }

    @Test
    void anEngineUsesNoAdapter() {
        classes()
                .that(Classes.ENGINE)
                .should()
                .onlyDependOnClassesThat(
                        Classes.ENGINE
                                .or(Classes.ROOT)
                                .or(Classes.PURE)
                                .or(Classes.GENERATED)
                                .or(not(Classes.OURS)))
                .check(Classes.ALL);
    }

    @Test
    void anAdapterUsesNoOtherAdapter() {
        classes().that(Classes.ADAPTER).should(useNoOtherAdapter()).check(Classes.ALL);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(Classes.ALL.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(candidate ->
                        assertThat(candidate.isAnnotatedWith(NullMarked.class))
                                .as("%s is @NullMarked", candidate.getName())
                                .isTrue());
    }

    @Test
    void onlyProgramsOfAPersonPrint() {
        noClasses()
                .that(Classes.OURS.and(not(Classes.WIRING)))
                .should(ACCESS_STANDARD_STREAMS)
                .check(Classes.ALL);
    }

    @Test
    void exceptionsHaveAMeaning() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(Classes.ALL);
    }

    @Test
    void namesHaveAnIdea() {
        noClasses()
                .should()
                .haveNameMatching(
                        ".*(Manager|Helper|Util|Utils|Impl|Info|Handler|Processor|Common)")
                .orShould()
                .resideInAnyPackage(
                        "..util..",
                        "..common..",
                        "..helper..",
                        "..impl..",
                        "..internal..",
                        "..api..",
                        "..service..")
                .check(Classes.ALL);
    }

    private static ArchCondition<JavaClass> useNoOtherAdapter() {
        return new ArchCondition<>("use no other adapter") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                user.getDirectDependenciesFromSelf().stream()
                        .filter(use -> Classes.ADAPTER.test(use.getTargetClass()))
                        .filter(use -> !adapter(use.getTargetClass()).equals(adapter(user)))
                        .forEach(use -> events.add(violated(use, use.getDescription())));
            }
        };
    }

    /// An adapter may have packages below its own.
    private static String adapter(JavaClass member) {
        var words = member.getPackageName().split("\\.");
        return String.join(".", Arrays.asList(words).subList(0, 4));
    }
}
