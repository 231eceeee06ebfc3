package org.jccl.benchmarks.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may know whom: what neither the module system nor the enforcer can state. {@link HouseTest}
 * has the rules about cycles and names.
 */
@AnalyzeClasses(packages = "org.jccl", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final DescribedPredicate<JavaClass> IN_THE_API =
      resideInAPackage("org.jccl..")
          .and(
              not(
                  resideInAnyPackage(
                      "org.jccl.sim..",
                      "org.jccl.nccl..",
                      "org.jccl.test..",
                      "org.jccl.conformance..",
                      "org.jccl.fidelity..",
                      "org.jccl.benchmarks..")))
          .as("in the api");

  @ArchTest
  static final ArchRule apiKnowsNobody =
      classes()
          .that(IN_THE_API)
          .should()
          .onlyDependOnClassesThat(
              IN_THE_API
                  .or(
                      resideInAnyPackage(
                          "java..",
                          "javax.crypto..",
                          "javax.management..",
                          "javax.net.ssl..",
                          "jdk.jfr..",
                          "org.jspecify.."))
                  .as("api or JDK"))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule simulatorKnowsOnlyTheApi =
      classes()
          .that()
          .resideInAPackage("org.jccl.sim..")
          .should()
          .onlyDependOnClassesThat(
              IN_THE_API
                  .or(
                      resideInAnyPackage(
                          "org.jccl.sim..",
                          "java..",
                          "com.sun.management..",
                          "jdk.incubator.vector..",
                          "org.jspecify.."))
                  .as("simulator, api or JDK"))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule ncclDoesNotKnowTheSimulator =
      noClasses()
          .that()
          .resideInAPackage("org.jccl.nccl..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.jccl.sim..",
              "org.jccl.conformance..",
              "org.jccl.fidelity..",
              "org.jccl.benchmarks..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule jcudaStaysInOneRoom =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.jccl.nccl.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jcuda..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theKitKnowsNoGpuBackend =
      noClasses()
          .that()
          .resideInAPackage("org.jccl.conformance..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.jccl.nccl.cuda..", "org.jccl.fidelity..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theTestKitNeedsApiSimulatorAndJupiterAlone =
      classes()
          .that()
          .resideInAPackage("org.jccl.test..")
          .should()
          .onlyDependOnClassesThat(
              IN_THE_API
                  .or(
                      resideInAnyPackage(
                          "org.jccl.test..",
                          "org.jccl.sim",
                          "org.jccl.sim.explore",
                          "org.jccl.sim.faults",
                          "org.jccl.sim.machine",
                          "java..",
                          "org.jspecify..",
                          "org.junit.jupiter.api..",
                          "org.junit.platform.commons.support..",
                          "org.opentest4j..",
                          "net.jqwik.api..",
                          "org.assertj.core.."))
                  .as("api, simulator, Jupiter's API, jqwik's, AssertJ or JDK"))
          .allowEmptyShould(true);
}
