package org.jccl.benchmarks.site;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.benchmarks.report.Markup;

/**
 * The part of Mermaid's flowcharts that the pages use, as a picture: nodes with words, groups, and
 * arrows downwards. Forges draw these themselves; a page that works from a file has to bring the
 * picture.
 */
final class Flowchart {
  private static final Pattern NODE = Pattern.compile("(\\w+)\\[\"(.*)\"]");
  private static final Pattern ARROWS = Pattern.compile("(\\w+) --> (\\w+(?: & \\w+)*)");
  private static final Pattern GROUP = Pattern.compile("subgraph ([\\w-]+)");

  private static final int MOST_LETTERS = 36;
  private static final int LINE = 16;
  private static final double LETTER = 6.9;
  private static final int GAP = 24;
  private static final int ROW_GAP = 44;

  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final List<Arrow> arrows = new ArrayList<>();

  private record Arrow(String from, String to) {}

  /** A node and where it stands. */
  private static final class Box {
    private final List<String> lines;
    private int row;
    private double x;
    private double y;

    Box(List<String> lines) {
      this.lines = lines;
    }

    double width() {
      return lines.stream().mapToInt(String::length).max().orElse(0) * LETTER + 24;
    }

    double height() {
      return lines.size() * LINE + 14;
    }
  }

  private Flowchart() {}

  /** The picture of {@code source}; empty if there is something in it that is not known here. */
  static String svg(String source) {
    Flowchart chart = new Flowchart();
    return chart.read(source) && !chart.boxes.isEmpty() ? chart.placed().drawn() : "";
  }

  private boolean read(String source) {
    String group = "";
    for (String line : source.lines().map(String::strip).toList()) {
      Matcher node = NODE.matcher(line);
      Matcher arrow = ARROWS.matcher(line);
      Matcher begin = GROUP.matcher(line);
      if (node.matches()) {
        boxes.put(node.group(1), new Box(lines(group, node.group(2))));
      } else if (arrow.matches()) {
        for (String to : arrow.group(2).split(" & ", -1)) {
          arrows.add(new Arrow(arrow.group(1), to));
        }
      } else if (begin.matches()) {
        group = begin.group(1);
      } else if (line.equals("end")) {
        group = "";
      } else if (!line.isEmpty() && !line.equals("flowchart TD")) {
        return false;
      }
    }
    return arrows.stream()
        .allMatch(each -> boxes.containsKey(each.from) && boxes.containsKey(each.to));
  }

  /** The words of a node, in lines that are not too long; its group stands before its name. */
  private static List<String> lines(String group, String words) {
    List<String> lines = new ArrayList<>();
    for (String part : words.split("<br/>", -1)) {
      StringBuilder line = new StringBuilder();
      for (String word : part.split("(?<=, )", -1)) {
        if (!line.isEmpty() && line.length() + word.length() > MOST_LETTERS) {
          lines.add(line.toString().strip());
          line.setLength(0);
        }
        line.append(word);
      }
      lines.add(line.toString().strip());
    }
    if (!group.isEmpty()) {
      lines.set(0, group + " / " + lines.getFirst());
    }
    return lines;
  }

  /** A node stands above all to which its arrows lead. */
  private Flowchart placed() {
    for (int again = 0; again < boxes.size(); again++) {
      for (Arrow each : arrows) {
        Box from = box(each.from);
        from.row = Math.max(from.row, box(each.to).row + 1);
      }
    }
    int top = boxes.values().stream().mapToInt(box -> box.row).max().orElse(0);
    double width = 0;
    for (int row = 0; row <= top; row++) {
      width = Math.max(width, width(row));
    }
    double y = 4;
    for (int row = top; row >= 0; row--) {
      double x = (width - width(row)) / 2 + 4;
      double height = 0;
      for (Box box : row(row)) {
        box.x = x;
        box.y = y;
        x += box.width() + GAP;
        height = Math.max(height, box.height());
      }
      y += height + ROW_GAP;
    }
    return this;
  }

  private Box box(String name) {
    Box box = boxes.get(name);
    if (box == null) {
      throw new IllegalStateException("no node " + name);
    }
    return box;
  }

  private List<Box> row(int row) {
    return boxes.values().stream().filter(box -> box.row == row).toList();
  }

  private double width(int row) {
    return row(row).stream().mapToDouble(box -> box.width() + GAP).sum() - GAP;
  }

  private String drawn() {
    double width = boxes.values().stream().mapToDouble(box -> box.x + box.width()).max().orElse(0);
    double height =
        boxes.values().stream().mapToDouble(box -> box.y + box.height()).max().orElse(0);
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            "<div class=\"diagram\" tabindex=\"0\"><svg class=\"flowchart\" role=\"img\""
                + " aria-label=\"Diagram: %s\" width=\"%.0f\" height=\"%.0f\""
                + " viewBox=\"0 0 %.0f %.0f\">",
            Markup.escape(words()), width + 8, height + 8, width + 8, height + 8));
    svg.append(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\""
            + " markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>");
    for (Arrow each : arrows) {
      svg.append(line(box(each.from), box(each.to)));
    }
    boxes.values().forEach(box -> svg.append(drawn(box)));
    return svg.append("</svg></div>\n").toString();
  }

  private String words() {
    StringBuilder words = new StringBuilder();
    for (Arrow each : arrows) {
      words.append(words.isEmpty() ? "" : ", ").append(each.from).append(" needs ").append(each.to);
    }
    return words.toString();
  }

  private static String line(Box from, Box to) {
    double x = from.x + from.width() / 2;
    double y = from.y + from.height();
    double endX = to.x + to.width() / 2;
    double half = (to.y - y) / 2;
    return text(
        "<path class=\"line\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\""
            + " marker-end=\"url(#arrow)\"/>",
        x, y, x, y + half, endX, to.y - half, endX, to.y - 1);
  }

  private static String drawn(Box box) {
    StringBuilder svg =
        new StringBuilder(
            text(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"6\"/>",
                box.x, box.y, box.width(), box.height()));
    double y = box.y + LINE + 2;
    for (String line : box.lines) {
      svg.append(
          text(
              "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>",
              box.x + box.width() / 2,
              y,
              line.equals(box.lines.getFirst()) ? " class=\"name\"" : "",
              Markup.escape(line)));
      y += LINE;
    }
    return svg.toString();
  }

  private static String text(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
