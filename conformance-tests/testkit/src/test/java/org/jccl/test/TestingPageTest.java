package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** docs/testing.md tells the truth: its first test is green, and red without its synchronize. */
class TestingPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "testing.md");

  @Test
  void theFirstTest_isGreen(@TempDir Path folder) throws Exception {
    assertThat(failures(example(), folder)).isEmpty();
  }

  @Test
  void theFirstTest_withoutItsSynchronize_failsAsThePageSays(@TempDir Path folder)
      throws Exception {
    String forgets = example().replace("comm.defaultStream().synchronize();", "");

    assertThat(failures(forgets, folder))
        .isNotEmpty()
        .first()
        .asString()
        .startsWith("gradientsAgree failed with ranks=2 fifo\nBUFFER_REUSE")
        .contains(
            "replay: @RankTest(replay = \"ranks=2 fifo\")",
            "    or: mvn test -Dtest=GradientsTest#gradientsAgree"
                + " \"-Djccl.replay=ranks=2 fifo\"");
  }

  private static String example() throws IOException {
    return Pattern.compile("```java\n(import .*?class GradientsTest .*?)```", Pattern.DOTALL)
        .matcher(Files.readString(PAGE))
        .results()
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> failures(String source, Path folder) throws Exception {
    Path file = folder.resolve("GradientsTest.java");
    Files.writeString(file, source);
    ClassLoader loader = Compiled.sources(List.of(file), folder);
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(loader.loadClass("GradientsTest")))
        .execute()
        .testEvents()
        .failed()
        .list()
        .stream()
        .map(TestingPageTest::message)
        .toList();
  }

  private static String message(Event failed) {
    return failed
        .getPayload(TestExecutionResult.class)
        .orElseThrow()
        .getThrowable()
        .map(Throwable::getMessage)
        .orElse("");
  }
}
