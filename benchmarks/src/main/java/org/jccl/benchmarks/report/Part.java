package org.jccl.benchmarks.report;

import java.util.Map;

/**
 * What one file of measurements shows on a page. All but the facts, the texts of the heading and
 * the JSON is HTML already.
 *
 * @param id unique in the page; the anchors of the part begin with it
 * @param kind what made it, in one or two words: {@code bench}, {@code jmh}
 * @param heading its title, as text
 * @param started when the run began, as text; empty if the file does not say
 * @param lead one sentence below the title, as text
 * @param note what a reader must know first, as HTML; empty for nothing
 * @param tiles the main figures, as HTML
 * @param charts the diagrams, as HTML
 * @param table the table, as HTML
 * @param method how it was measured: items of a list, as HTML
 * @param facts machine and programs, as text; folded on the page
 * @param file name of the raw data
 * @param json the raw data
 */
public record Part(
    String id,
    String kind,
    String heading,
    String started,
    String lead,
    String note,
    String tiles,
    String charts,
    String table,
    String method,
    Map<String, String> facts,
    String file,
    String json) {
  /** The same with another title. */
  Part withHeading(String other) {
    return new Part(
        id, kind, other, started, lead, note, tiles, charts, table, method, facts, file, json);
  }
}
