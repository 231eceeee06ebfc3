package org.jccl.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Counts its questions; some of them it does not survive. */
  private static final String PROGRAM =
      """
      asked=0
      while read -r what; do
        asked=$((asked + 1))
        case "$what" in
          sleep) sleep 600 ;;
          die) echo "no such thing" >&2; exit 3 ;;
          fail) echo "half"; echo "#failed because" ;;
          *) echo "$what $asked"; echo "#done" ;;
        esac
      done
      """;

  @TempDir private Path folder;
  private Resident resident;

  @BeforeEach
  void open() {
    resident = new Resident(List.of("/bin/sh", "-c", PROGRAM), folder.resolve("err"));
  }

  @AfterEach
  void close() {
    resident.close();
  }

  private Child.Outcome ask(String... question) throws Exception {
    return resident.ask(List.of(question), LONG);
  }

  @Test
  void oneProcess_answersAllQuestions() throws Exception {
    assertThat(ask("all", "reduce").output()).isEqualTo("all reduce 1\n");
    Child.Outcome second = ask("again");
    assertThat(second.output()).isEqualTo("again 2\n");
    assertThat(second.failure()).isEmpty();
  }

  @Test
  void whoDoesNotAnswer_isStopped_andTheNextQuestionStartsAfresh() throws Exception {
    ask("first");
    Child.Outcome stuck = resident.ask(List.of("sleep"), Duration.ofMillis(500));
    assertThat(stuck.failure()).startsWith("stopped after");
    assertThat(ask("next").output()).isEqualTo("next 1\n");
  }

  @Test
  void whoDies_isQuoted() throws Exception {
    Child.Outcome outcome = ask("die");
    assertThat(outcome.failure()).isEqualTo("ended before it had answered: no such thing");
    assertThat(ask("next").output()).isEqualTo("next 1\n");
  }

  @Test
  void whatFails_keepsWhatThereWas_andSaysWhy() throws Exception {
    Child.Outcome outcome = ask("fail");
    assertThat(outcome.output()).isEqualTo("half\n");
    assertThat(outcome.failure()).isEqualTo("because");
  }
}
