package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that says which files an addition touches names files that exist. */
class HowToAddTest {
  private static final String PAGE = "docs/how-to-add.md";
  private static final Pattern PATH = Pattern.compile("`([a-z-]+/[\\w./-]+)`");

  @Test
  void everyFileThatThePageNames_exists() {
    List<String> paths =
        PATH.matcher(Repository.text(PAGE)).results().map(found -> found.group(1)).toList();
    assertThat(paths).hasSizeGreaterThan(25);
    assertThat(paths).allMatch(path -> Files.exists(Repository.root().resolve(path)));
  }

  @Test
  void aCollective_touchesThirteenFiles() {
    String page = Repository.text(PAGE);
    String table = page.substring(page.indexOf("(13 files)"), page.indexOf("Where elements go"));
    long rows =
        Pattern.compile("(?m)^\\| `").matcher(table).results().map(MatchResult::start).count();
    assertThat(rows).isEqualTo(13);
  }

  @Test
  void thePageIsLinked() {
    assertThat(Repository.text("CONTRIBUTING.md")).contains("(docs/how-to-add.md)");
  }
}
