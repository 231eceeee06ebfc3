package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jccl.conformance.harness.OwnProcess;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a rule does to its process takes the run with it. */
class SupervisorTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(5);
  private static final String VARIABLE = "JCCL_SUPERVISOR_TEST";

  @TempDir private Path folder;

  private final List<RuleResult> told = new ArrayList<>();

  /** A worker whose rules do what their names say. */
  static final class Fake {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Fake() {}

    public static void main(String[] args) throws Exception {
      List<String> methods = Files.readAllLines(Path.of(args[1]));
      System.out.println("a library's own line for " + args[0]);
      if (methods.contains("dies_at_once")) {
        Runtime.getRuntime().halt(9);
      }
      for (String method : methods) {
        System.out.println(WorkerMessage.started(method));
        System.out.println(WorkerMessage.ended(result(method, methods.size())));
      }
      System.out.println(WorkerMessage.END);
    }

    private static RuleResult result(String method, int methods) throws InterruptedException {
      switch (method) {
        case "hangs" -> NEVER.await();
        case "dies" -> Runtime.getRuntime().halt(3);
        case "tears" -> {
          System.out.println("@jccl\tended\ttorn");
          System.err.println("words on the other channel");
        }
        default -> {
          return new RuleResult(method, outcome(method, methods), 1, words(method, methods));
        }
      }
      return new RuleResult(method, Outcome.HELD, 1, "");
    }

    private static Outcome outcome(String method, int methods) {
      if (method.equals("breaks")) {
        return Outcome.BROKEN;
      }
      return words(method, methods).isEmpty() ? Outcome.HELD : Outcome.SKIPPED;
    }

    /** Why it is skipped, if it is. */
    private static String words(String method, int methods) {
      boolean set = OwnProcess.isStartedWith(Map.of(VARIABLE, "here"));
      boolean alone = OwnProcess.isStartedWith(OwnProcess.alone()) && methods == 1;
      return switch (method) {
        case "needs", "needs_too" ->
            set ? "" : "" + OwnProcess.needed(Map.of(VARIABLE, "here")).getMessage();
        case "lonely", "lonely_too" ->
            alone ? "" : "" + OwnProcess.needed(OwnProcess.alone()).getMessage();
        case "never" -> "" + OwnProcess.needed(Map.of("JCCL_OTHER", "" + set)).getMessage();
        case "breaks" -> "its words";
        case "skips" -> "needs 2 ranks";
        default -> "";
      };
    }
  }

  private List<RuleResult> run(Duration deadline, String... methods) {
    Path log = folder.resolve("log");
    return new Supervisor("fake", Fake.class, log, deadline, told::add).run(List.of(methods), 1);
  }

  @Test
  void severalProcessesShareTheRules() {
    Path log = folder.resolve("log");
    Supervisor supervisor = new Supervisor("fake", Fake.class, log, LONG, told::add);
    List<RuleResult> results =
        supervisor.run(List.of("holds", "breaks", "skips", "needs", "lonely", "dies"), 3);
    assertThat(results)
        .extracting(RuleResult::method)
        .containsExactlyInAnyOrder("holds", "breaks", "skips", "needs", "lonely", "dies");
    assertThat(results)
        .filteredOn(each -> each.outcome() == Outcome.BROKEN)
        .extracting(RuleResult::method)
        .containsExactlyInAnyOrder("breaks", "dies");
  }

  private static RuleResult result(String method, Outcome outcome, String words) {
    return new RuleResult(method, outcome, 1, words);
  }

  @Test
  void whatTheWorkerSaysIsTold() throws IOException {
    List<RuleResult> results = run(LONG, "holds", "breaks", "skips", "tears");
    assertThat(results)
        .containsExactly(
            result("holds", Outcome.HELD, ""),
            result("breaks", Outcome.BROKEN, "its words"),
            result("skips", Outcome.SKIPPED, "needs 2 ranks"),
            result("tears", Outcome.HELD, ""));
    assertThat(told).isEqualTo(results);
    assertThat(Files.readString(folder.resolve("log")))
        .contains("a library's own line for fake")
        .contains("@jccl\tended\ttorn")
        .contains("words on the other channel");
  }

  @Test
  void aRuleThatDiesIsBrokenAndTheOthersGoOn() {
    List<RuleResult> results = run(LONG, "holds", "dies", "breaks");
    assertThat(results)
        .extracting(RuleResult::method, RuleResult::outcome)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("holds", Outcome.HELD),
            org.assertj.core.groups.Tuple.tuple("dies", Outcome.BROKEN),
            org.assertj.core.groups.Tuple.tuple("breaks", Outcome.BROKEN));
    assertThat(results.get(1).words()).isEqualTo("its process died with exit code 3: see log");
  }

  @Test
  void aRuleThatHangsIsBrokenAndTheOthersGoOn() {
    List<RuleResult> results = run(SHORT, "hangs", "holds");
    assertThat(results.get(0).method()).isEqualTo("hangs");
    assertThat(results.get(0).outcome()).isEqualTo(Outcome.BROKEN);
    assertThat(results.get(0).words()).isEqualTo("it hung: its process was killed after 5 s");
    assertThat(results.get(1)).isEqualTo(result("holds", Outcome.HELD, ""));
    assertThat(results).hasSize(2);
  }

  @Test
  void aProcessThatEndsBeforeItsFirstRuleBreaksAllOfThem() {
    List<RuleResult> results = run(LONG, "holds", "dies_at_once");
    assertThat(results).extracting(RuleResult::method).containsExactly("holds", "dies_at_once");
    assertThat(results)
        .allMatch(each -> each.outcome() == Outcome.BROKEN)
        .allMatch(each -> each.words().contains("ended before"));
  }

  @Test
  void rulesThatNeedAnEnvironmentRunAgainInIt() {
    List<RuleResult> results = run(LONG, "needs", "holds", "needs_too");
    assertThat(results)
        .containsExactly(
            result("holds", Outcome.HELD, ""),
            result("needs", Outcome.HELD, ""),
            result("needs_too", Outcome.HELD, ""));
    assertThat(told).isEqualTo(results);
  }

  @Test
  void rulesThatNeedAProcessForThemselvesGetOneEach() {
    assertThat(run(LONG, "lonely", "holds", "lonely_too"))
        .containsExactly(
            result("holds", Outcome.HELD, ""),
            result("lonely", Outcome.HELD, ""),
            result("lonely_too", Outcome.HELD, ""));
  }

  @Test
  void aRuleIsRunAgainOnce() {
    List<RuleResult> results = run(LONG, "never");
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(results.getFirst().words()).contains("JCCL_OTHER=");
  }

  @Test
  void nothingToRunStartsNothing() {
    assertThat(run(LONG)).isEmpty();
    assertThat(folder.resolve("log")).doesNotExist();
  }
}
