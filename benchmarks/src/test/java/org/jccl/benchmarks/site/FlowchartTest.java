package org.jccl.benchmarks.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.benchmarks.house.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every diagram of the pages is one that the site can draw. */
class FlowchartTest {
  private static final Pattern DIAGRAM = Pattern.compile("(?s)```mermaid\n(.*?)```");

  @Test
  void everyDiagramOfThePages_isDrawnWhole() {
    int found = 0;
    for (String page : Repository.texts(".md").values()) {
      Matcher diagram = DIAGRAM.matcher(page);
      while (diagram.find()) {
        String svg = Flowchart.svg(diagram.group(1));
        long nodes = count("\\w+\\[\"", diagram.group(1));
        assertThat(count("<rect ", svg)).isEqualTo(nodes).isPositive();
        assertThat(count("class=\"line\"", svg))
            .isEqualTo(count("-->", diagram.group(1)) + count(" & ", diagram.group(1)));
        found++;
      }
    }
    assertThat(found).isPositive();
  }

  private static long count(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().count();
  }

  @Test
  void wordsAreShown_asTheyAre() {
    assertThat(Flowchart.svg("flowchart TD\na[\"<b>&x\"]\nb[\"y\"]\na --> b"))
        .contains("&lt;b&gt;&amp;x", "aria-label=\"Diagram: a needs b\"")
        .doesNotContain("<b>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequenceDiagram\na->>b: x", "flowchart TD\na --> b", "flowchart TD"})
  void whatIsNotKnown_staysCode(String source) {
    assertThat(Flowchart.svg(source)).isEmpty();
  }
}
