package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The drawing's structure; what it looks like is for eyes. */
class PlotTest {
  private static Document draw(Plot.Line... lines) throws Exception {
    String svg =
        new Plot("T & t", AxisScale.Decimal.of(1, 100), Units::micros, List.of(lines)).svg();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  private static Plot.Line line(String id, boolean dashed, Plot.Point... points) {
    return new Plot.Line(id, "<" + id + ">", 13, dashed, List.of(points));
  }

  private static final Plot.Point SMALL = new Plot.Point(8, 2, 1, 5, false);
  private static final Plot.Point LARGE = new Plot.Point(1024, 50, 50, 50, true);

  @Test
  void line_hasItsPointsFromLeftToRight_andUpwards() throws Exception {
    Document svg = draw(line("a", false, SMALL, LARGE));
    Element polyline = (Element) svg.getElementsByTagName("polyline").item(0);
    assertThat(polyline.getAttribute("points")).matches("82\\.0,\\d+\\.\\d 452\\.0,\\d+\\.\\d");
    String[] points = polyline.getAttribute("points").split("[ ,]");
    assertThat(Double.parseDouble(points[3])).isLessThan(Double.parseDouble(points[1]));
  }

  @Test
  void everyPoint_saysWhatItIs() throws Exception {
    NodeList titles = draw(line("a", false, SMALL, LARGE)).getElementsByTagName("title");
    assertThat(titles.getLength()).isEqualTo(2);
    assertThat(titles.item(0).getTextContent()).isEqualTo("<a>: 8 B, 2 µs (1 µs to 5 µs)");
    assertThat(titles.item(1).getTextContent()).isEqualTo("<a>: 1 KiB, 50 µs (wrong results)");
  }

  @Test
  void groups_carryColourFormAndIdentity() throws Exception {
    NodeList groups =
        draw(line("a", false, SMALL), line("b", true, LARGE)).getElementsByTagName("g");
    assertThat(classes(groups)).contains("line c3", "line c3 dashed", "point", "point wrong");
  }

  @Test
  void onlyRealSpreads_haveWhiskers() throws Exception {
    NodeList lines = draw(line("a", false, SMALL, LARGE)).getElementsByTagName("line");
    assertThat(classes(lines)).filteredOn("whisker"::equals).hasSize(1);
  }

  @Test
  void aWhiskerBeyondTheDiagram_endsInAnArrow() throws Exception {
    Plot.Point beyond = new Plot.Point(8, 2, 1, 5_000, false);
    for (Plot.Point point : List.of(SMALL, beyond)) {
      NodeList paths = draw(line("a", false, point)).getElementsByTagName("path");
      String head = ((Element) paths.item(0)).getAttribute("d");
      assertThat(head.contains("l4-6l4 6")).isEqualTo(point == beyond);
    }
  }

  private static List<String> classes(NodeList nodes) {
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> ((Element) nodes.item(i)).getAttribute("class"))
        .toList();
  }
}
