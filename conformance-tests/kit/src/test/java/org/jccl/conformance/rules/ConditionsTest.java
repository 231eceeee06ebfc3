package org.jccl.conformance.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.OwnProcess;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.LoopbackSubject;
import org.jccl.conformance.run.BookSuites;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** The fields of a rule decide whether and how its test runs. */
class ConditionsTest {
  /**
   * Tests whose versions or ranks are not those of their rule, and tests of the misuse itself. This
   * is the list of exceptions: what is put here is a reason to look at the book first.
   */
  private static final int EXCEPTIONS = 36;

  private static final Subject SIMULATOR = new SimulatorSubject();
  private static final RuleBook BOOK = RuleBook.load();

  /** A library that cannot be anything but what it is. */
  private record Fixed(int version, int ranks) implements Subject {
    @Override
    public String name() {
      return "fixed";
    }

    @Override
    public Capabilities capabilities() {
      Capabilities all = Capabilities.simulated(version, false);
      return new Capabilities(ranks, all.types(), true, version, false, false, false, true);
    }

    @Override
    public Instance open() {
      throw new IllegalStateException("nothing is opened");
    }
  }

  private static Conditions of(String id) {
    return Conditions.ofRule(id);
  }

  private static void isSkipped(Conditions conditions, Subject on, String words) {
    assertThatThrownBy(() -> conditions.on(on))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage(words);
  }

  @Test
  void since_takesAnImitation_orSkips() {
    assertThat(of("CFG-13").on(SIMULATOR).capabilities().version()).isEqualTo(22902);
    assertThat(of("COL-01").on(SIMULATOR)).isEqualTo(SIMULATOR);
    isSkipped(of("CFG-13"), new Fixed(22809, 8), "not run: needs 2.29.2");
  }

  @Test
  void until_skips() {
    isSkipped(of("INIT-07"), new Fixed(23003, 8), "not run: no longer so since 2.30.3");
    assertThat(of("INIT-07").on(new Fixed(22907, 8)).name()).isEqualTo("fixed");
  }

  @Test
  void gpus_skip() {
    isSkipped(of("COL-10"), new Fixed(22809, 1), "needs 2 ranks, there are 1");
    isSkipped(of("SIM-01"), new Fixed(22809, 8), "a simulator shows it");
  }

  @Test
  void surface_skips() {
    assertThat(of("ARG-33").raw()).isTrue();
    assertThat(of("COL-10").raw()).isFalse();
  }

  @Test
  void processAndLeak_takeAProcessOfTheirOwn() {
    assertThat(of("INIT-12").environment()).isEqualTo(OwnProcess.alone());
    assertThat(of("COL-10").environment()).isEmpty();
    assertThat(of("INIT-12").on(new LoopbackSubject()).name()).contains("JCCL_ALONE");
    assertThatThrownBy(() -> of("INIT-12").on(new Fixed(22809, 8)))
        .satisfies(
            needed ->
                assertThat(OwnProcess.neededBy(needed.getMessage())).isEqualTo(OwnProcess.alone()));
  }

  @Test
  void safety_keepsMisuseFromALibraryThatWouldNotSurviveIt() {
    Conditions misuse = conditions(RawFamilyRules.class, "required_SHR_06_nobodyShrinks");
    assertThat(misuse.on(SIMULATOR)).isEqualTo(SIMULATOR);
    isSkipped(misuse, new Fixed(22809, 8), "a simulator shows it");
  }

  @Test
  void needs_takeThePlaceOfFields() {
    Conditions fixed = conditions(RawPreMulSumRules.class, "required_PMS_12_noTailIsDropped");
    assertThat(fixed.since()).isEqualTo(22907);
    assertThat(fixed.until()).isEqualTo(Integer.MAX_VALUE); // it shows what came after
    Conditions pinned = conditions(RingRules.class, "optional_RING_03_theProtocolLlFoldsAlike");
    assertThat(pinned.environment())
        .containsAllEntriesOf(Map.of("NCCL_ALGO", "Ring", "NCCL_PROTO", "LL"))
        .doesNotContainKey("JCCL_ALONE");
  }

  private static Conditions conditions(Class<?> suite, String method) {
    return Arrays.stream(suite.getMethods())
        .filter(each -> each.getName().equals(method))
        .findFirst()
        .map(Conditions::of)
        .orElseThrow();
  }

  @Test
  void exceptionsAreFew() {
    List<String> exceptions = new ArrayList<>();
    for (Class<?> suite : new BookSuites().suites()) {
      for (Method method : suite.getMethods()) {
        Needs needs = method.getAnnotation(Needs.class);
        if (needs != null
            && (!needs.since().isEmpty()
                || !needs.until().isEmpty()
                || needs.ranks() >= 0
                || needs.process()
                || needs.misuse())) {
          exceptions.add(method.getName());
        }
      }
    }
    assertThat(exceptions).hasSizeLessThanOrEqualTo(EXCEPTIONS);
  }

  /** What a test is given must be something else than what its rule says. */
  @Test
  void noExceptionRepeatsTheBook() {
    for (Class<?> suite : new BookSuites().suites()) {
      for (Method method : suite.getMethods()) {
        Optional<Rule> rule = Rule.idIn(method.getName()).filter(BOOK::has).map(BOOK::rule);
        Needs needs = method.getAnnotation(Needs.class);
        if (rule.isPresent() && needs != null) {
          assertThat(Rule.version(needs.since()).orElse(0))
              .as(method.getName())
              .isNotEqualTo(rule.get().since());
          assertThat(needs.ranks()).as(method.getName()).isNotEqualTo(rule.get().gpus());
        }
      }
    }
  }

  /** Each suite is on the surface of its rules. */
  @Test
  void rawRulesAreShownOnTheRawSurface_typedOnesOnTheTyped() {
    for (Class<?> suite : new BookSuites().suites()) {
      for (Method method : suite.getMethods()) {
        Rule.idIn(method.getName())
            .filter(BOOK::has)
            .map(BOOK::rule)
            .filter(rule -> rule.surface() == Rule.Surface.TYPED)
            .ifPresent(
                rule ->
                    assertThat(RawSuite.class.isAssignableFrom(suite))
                        .as(method.getName())
                        .isFalse());
      }
    }
  }
}
