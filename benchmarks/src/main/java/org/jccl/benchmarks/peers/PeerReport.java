package org.jccl.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jccl.benchmarks.report.Part;

/** A run in all its forms. */
public final class PeerReport {
  private PeerReport() {}

  /** For terminals. */
  public static String text(PeerResults results) {
    return ComparisonText.write(results);
  }

  /** As a part of a page that has others; {@code id} is unique there. */
  public static Part part(String id, PeerResults results) {
    return ComparisonHtml.part(id, results);
  }

  /** {@code report.json}, {@code report.html} and {@code report.txt}, by name. */
  public static Map<String, String> files(PeerResults results) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("report.json", ComparisonJson.write(results));
    files.put("report.html", ComparisonHtml.write(results));
    files.put("report.txt", ComparisonText.write(results));
    return files;
  }
}
