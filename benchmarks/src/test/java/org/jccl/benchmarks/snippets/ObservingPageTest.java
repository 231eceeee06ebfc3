package org.jccl.benchmarks.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.benchmarks.house.Repository;
import org.jccl.observe.Observers;
import org.jccl.test.RankTest;
import org.junit.jupiter.api.Test;

/** What docs/observing.md shows is there, and runs. */
class ObservingPageTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("(?m)^\\| `(\\w+)` \\| `(\\w+)` \\|");

  private final String page = Repository.text("docs/observing.md");

  @Test
  void codeOfThePage_isCompiled() {
    String source =
        Repository.text("benchmarks/src/test/java/org/jccl/benchmarks/snippets/Observing.java");
    Matcher code = JAVA.matcher(page);
    assertThat(code.find()).isTrue();
    assertThat(source).contains(code.group(1).indent(4).stripTrailing());
    assertThat(code.find()).isFalse();
  }

  @RankTest
  void settingsOfThePage_hearACall(Rank rank) {
    try (Communicator comm =
            Communicator.open(rank.processGroup(), rank.device(), Observing.config());
        DeviceBuffer sums = rank.device().allocate(DataType.FLOAT32, 8)) {
      sums.fill((byte) 0, comm.defaultStream());
      comm.allReduce(sums, ReduceOp.SUM);
      comm.defaultStream().synchronize();
    }
  }

  @Test
  void everyNameOfThePage_isAnObserver() {
    Matcher names = NAME.matcher(page);
    int found = 0;
    while (names.find()) {
      assertThat(Observers.named(names.group(1)))
          .singleElement()
          .extracting(each -> each.getClass().getSimpleName())
          .isEqualTo(names.group(2));
      found++;
    }
    assertThat(found).isEqualTo(6);
  }

  @Test
  void eventsOfThePage_areInTheSettings() {
    String settings = Repository.text("jccl.jfc");
    assertThat(settings)
        .contains("<event name=\"org.jccl.Collective\">")
        .contains("<event name=\"org.jccl.CollectiveCompletion\">");
  }
}
