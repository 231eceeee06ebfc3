package org.jccl.benchmarks.house;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Four rules about the main code of all modules: no cycle between the packages of a module, its
 * root package included; in no package a circle of more than {@value #LARGEST_CIRCLE} classes; one
 * simple name is one idea; a signature has fewer than {@value #LONG} parameters.
 *
 * <p>What may break a rule stands in a list below, with its reason. The lists only shrink: an entry
 * that is no longer needed fails the test, too.
 */
@AnalyzeClasses(packages = "org.jccl", importOptions = DoNotIncludeTests.class)
class HouseTest {
  private static final int LARGEST_CIRCLE = 8;

  /** Packages that reach each other in a cycle. */
  private static final Set<String> IN_CYCLES = Set.of();

  /**
   * Packages with a circle that is too large, and how large it may be.
   *
   * <p>That of the root cannot be cut while programs compile as they are. Three methods close it:
   * {@code Device.backend()}, {@code Backend.newCommunicator(…)} and {@code Communicator.device()}.
   * Without the first of them alone, 7 would be left. Programs write {@code Backend all =
   * device.backend()} and {@code Communicator made = device.backend().newCommunicator(…)}: so what
   * {@code backend()} gives is a {@code Backend}, and what that makes is a {@code Communicator}. A
   * narrower type between them must extend the one or have the method of the other, so it would be
   * one class more on the same circle; a result that the caller names by inference would no longer
   * be checked.
   *
   * <p>Ten more classes have a method that leads in and one that leads back: {@code DeviceBuffer},
   * {@code Stream} and {@code Event} name their device, which makes them; a {@code Graph} is
   * launched on a stream, and a capture gives one; {@code DeviceMemory} copies on streams, and a
   * device has one; {@code Collectives} take buffers, and a communicator is one; {@code
   * GroupScope}, {@code Window}, {@code Registration} and {@code PreMulSum} name their
   * communicator, which gives them. {@code ReduceOp} permits {@code PreMulSum}, and {@code
   * Handshake} opens a communicator for its static methods: these two alone could go, and 13 would
   * be left.
   */
  private static final Map<String, Integer> LARGE_CIRCLES = Map.of("org.jccl", 15);

  /** Simple names of more than one class: deprecated former places of the same thing. */
  private static final Set<String> SHARED_NAMES = Set.of("Algorithm", "ConfigField", "Protocol");

  /** From here on a signature is long. */
  private static final int LONG = 8;

  /** Methods with a long signature: a C function, or a call of one by its row. */
  private static final Set<String> SHAPES_OF_C =
      Set.of(
          "AbiOneSided.putSignal",
          "AbiOperations.issue",
          "Calls.issueUneven",
          "MisuseRank.op",
          "NcclAbi.issue",
          "NcclAbi.putSignal",
          "NcclAbi.reduce",
          "NcclBinding.reduce",
          "SimAbi.issue",
          "SimAbi.putSignal",
          "SimAbi.reduce",
          "TypedRunner.issueEven",
          "WindowCalls.putSignal");

  /** C functions of collectives with a configuration of the call: one argument more than others. */
  private static final Pattern CONFIGURED =
      Pattern.compile("(ConfigCalls|ConfiguredCalls|Entrance|SimAbi)[.]\\w+Config(ured)?");

  /** Loops over elements take places in memory, segment and offset, and must allocate nothing. */
  private static final Set<String> LOOPS =
      Set.of(
          "BlockFold.addScaled",
          "BlockFold.combine",
          "ElementKernels.combine",
          "ElementKernels.fusedScaleCombine",
          "ScalarKernels.combine",
          "ScalarKernels.fusedScaleCombine",
          "VectorKernels.combine",
          "VectorKernels.fusedScaleCombine",
          "WarmKernels.combine",
          "WarmKernels.fusedScaleCombine");

  @ArchTest
  static void signatures_areShort(JavaClasses bytecode) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : bytecode) {
      if (type.getPackageName().endsWith(".jmh_generated")) {
        continue; // JMH's annotation processor writes it, and nobody reads it
      }
      for (JavaCodeUnit each : type.getCodeUnits()) {
        boolean row = each.isConstructor() && (type.isRecord() || type.isEnum());
        boolean written = !each.getModifiers().contains(JavaModifier.SYNTHETIC);
        if (written && !row && each.getRawParameterTypes().size() >= LONG) {
          found.add(type.getSimpleName() + "." + each.getName());
        }
      }
    }

    Set<String> known = new TreeSet<>(SHAPES_OF_C);
    known.addAll(LOOPS);
    found.removeIf(name -> CONFIGURED.matcher(name).matches());
    assertThat(found).isEqualTo(known);
  }

  @ArchTest
  static void packagesOfAModule_haveNoCycle(JavaClasses bytecode) {
    House house = House.of(bytecode);
    Set<String> inCycles = new TreeSet<>();
    List<String> found = new ArrayList<>();
    house
        .insideModules()
        .forEach(
            (module, arrows) -> {
              for (Set<String> circle : Circles.of(arrows)) {
                inCycles.addAll(circle);
                found.add(told(house, circle, arrows));
              }
            });

    assertThat(inCycles)
        .describedAs(
            "packages in cycles, and the arrows between them:%n%s", String.join("\n", found))
        .isEqualTo(new TreeSet<>(IN_CYCLES));
  }

  /** The arrows inside a circle, the thinnest first: those are cut most easily. */
  private static String told(House house, Set<String> circle, Map<String, Set<String>> arrows) {
    record Arrow(String from, String to, Set<String> classes) {}
    return circle.stream()
        .flatMap(
            from ->
                arrows.get(from).stream()
                    .filter(circle::contains)
                    .map(to -> new Arrow(from, to, house.arrows(from, to))))
        .sorted((a, b) -> Integer.compare(a.classes.size(), b.classes.size()))
        .map(arrow -> arrow.from + " > " + arrow.to + ": " + arrow.classes)
        .collect(joining("\n"));
  }

  @ArchTest
  static void classesOfAPackage_haveNoLargeCircle(JavaClasses bytecode) {
    House house = House.of(bytecode);
    Map<String, Set<String>> large = new TreeMap<>();
    house
        .insidePackages()
        .forEach(
            (name, arrows) ->
                Circles.of(arrows).stream()
                    .filter(circle -> circle.size() > LARGEST_CIRCLE)
                    .forEach(circle -> large.merge(name, circle, HouseTest::larger)));

    assertThat(large.keySet())
        .describedAs("packages with a circle of more than %d classes: %s", LARGEST_CIRCLE, large)
        .isEqualTo(new TreeSet<>(LARGE_CIRCLES.keySet()));
    large.forEach(
        (name, circle) ->
            assertThat(circle)
                .describedAs("the largest circle of %s", name)
                .hasSizeLessThanOrEqualTo(LARGE_CIRCLES.get(name)));
  }

  private static Set<String> larger(Set<String> one, Set<String> other) {
    return one.size() >= other.size() ? one : other;
  }

  @ArchTest
  static void aSimpleName_isOneIdea(JavaClasses bytecode) {
    House house = House.of(bytecode);
    Map<String, List<String>> named = new TreeMap<>();
    for (String name : house.classes()) {
      named.computeIfAbsent(House.simpleName(name), any -> new ArrayList<>()).add(name);
    }
    named.values().removeIf(classes -> classes.size() == 1);

    assertThat(named.keySet())
        .describedAs("names of more than one class: %s", named.values())
        .isEqualTo(new TreeSet<>(SHARED_NAMES));
  }
}
