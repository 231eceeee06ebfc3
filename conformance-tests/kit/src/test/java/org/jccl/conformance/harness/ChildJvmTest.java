package org.jccl.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A child JVM does as it is told, and ends when it is told to. */
class ChildJvmTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** What the child does. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "speak" -> {
          System.out.println("said " + args[1] + " " + System.getenv("JCCL_CHILD"));
          System.err.println("and on the other channel");
          System.exit(7);
        }
        case "hang" -> {
          Process grandchild = new ProcessBuilder("sleep", "600").start();
          System.out.println(grandchild.pid());
          Thread.sleep(Duration.ofMinutes(10));
        }
        default -> {
          String self = "" + ProcessHandle.current().pid();
          new ProcessBuilder("kill", "-SEGV", self).start();
          Thread.sleep(Duration.ofMinutes(10));
        }
      }
    }
  }

  private static ChildJvm child(String... args) {
    return ChildJvm.of(Child.class).options("-XX:TieredStopAtLevel=1").args(args);
  }

  @Test
  void child_outputExitCodeAndEnvironment() throws Exception {
    ChildJvm.Result result =
        child("speak", "hello").environment(Map.of("JCCL_CHILD", "there")).run(LONG);
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.killed()).isFalse();
    assertThat(result.signal()).isZero();
    assertThat(result.lines()).contains("said hello there", "and on the other channel");
  }

  @Test
  void childThatHangs_isKilledWithItsChildren() throws Exception {
    ChildJvm.Result result = child("hang").run(Duration.ofSeconds(10));
    assertThat(result.killed()).isTrue();
    assertThat(result.ending()).startsWith("killed after");
    List<String> pids = result.lines().stream().filter(line -> line.matches("\\d+")).toList();
    assertThat(pids).hasSize(1);
    Optional<ProcessHandle> grandchild = ProcessHandle.of(Long.parseLong(pids.getFirst()));
    assertThat(grandchild.map(ChildJvmTest::isRunning).orElse(false)).isFalse();
  }

  /** A killed process whose parent is gone may still be listed for a moment. */
  private static boolean isRunning(ProcessHandle process) {
    try {
      process.onExit().get(5, java.util.concurrent.TimeUnit.SECONDS);
      return false;
    } catch (java.util.concurrent.TimeoutException stillThere) {
      return true;
    } catch (InterruptedException | java.util.concurrent.ExecutionException unclear) {
      throw new IllegalStateException(unclear);
    }
  }

  @Test
  void childThatCrashes_saysTheSignal() throws IOException, InterruptedException {
    ChildJvm.Result result = child("crash").run(LONG);
    assertThat(result.killed()).isFalse();
    assertThat(result.crash()).hasValue("SIGSEGV");
    assertThat(result.exitCode()).isNotZero();
  }
}
