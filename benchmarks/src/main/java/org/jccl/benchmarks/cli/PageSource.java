package org.jccl.benchmarks.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.benchmarks.peers.KeptResults;
import org.jccl.benchmarks.peers.PeerReport;
import org.jccl.benchmarks.peers.PeerResults;
import org.jccl.benchmarks.report.BenchBeside;
import org.jccl.benchmarks.report.BenchPart;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.JmhPart;
import org.jccl.benchmarks.report.JmhResults;
import org.jccl.benchmarks.report.Part;
import org.jccl.benchmarks.report.ReportJson;
import org.jccl.benchmarks.ways.WayPart;
import org.jccl.benchmarks.ways.WayReport;
import org.jccl.file.BoundedFile;

/** A file of measurements of any kind that a page can show: its kind is what is in it. */
sealed interface PageSource {
  /** Of {@code bench}. */
  record Bench(BenchReport report) implements PageSource {}

  /** Of {@code bench --tuned}. */
  record Rounds(WayReport report) implements PageSource {}

  /** Of JMH, with {@code -rf json}. */
  record Jmh(JmhResults results) implements PageSource {}

  /** Of {@code jmh sim}. */
  record Peers(PeerResults results) implements PageSource {}

  /** More bytes than any of them has. */
  int MOST_BYTES = 1 << 29;

  /**
   * Reads a file, packed with gzip or not.
   *
   * @throws BadFileException if it is of no such kind; it names file, line and field
   */
  static PageSource read(Path file) throws BadFileException {
    String text;
    try {
      text = text(file);
    } catch (IOException unreadable) {
      throw new BadFileException(String.valueOf(unreadable.getMessage()));
    }
    JsonNode json = JsonNode.parse(file.toString(), text);
    if (json.value() instanceof List<?>) {
      return new Jmh(JmhResults.read(json, text));
    }
    if (json.value() instanceof Map<?, ?> fields) {
      if (fields.containsKey("kind")) {
        requireKind(json);
        return new Peers(KeptResults.read(json));
      }
      if (fields.containsKey("rows")) {
        return new Bench(ReportJson.read(json));
      }
      if (fields.containsKey("lines")) {
        return new Rounds(WayReport.read(json));
      }
    }
    throw json.wrong(
        "is no report: give a report.json of bench or jmh sim, a rounds.json of bench --tuned, or what"
            + " jmh wrote with -rf json");
  }

  private static String text(Path file) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return BoundedFile.text(file, MOST_BYTES);
    }
    try (InputStream in = BoundedFile.unpacked(BoundedFile.open(file), MOST_BYTES)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.readAllBytes()))
          .toString();
    } catch (CharacterCodingException noText) {
      throw new IOException(file + ": holds no text in UTF-8: is it the right file?", noText);
    } catch (IOException broken) {
      throw new IOException(file + ": cannot be read: " + BoundedFile.why(broken), broken);
    }
  }

  private static void requireKind(JsonNode json) throws BadFileException {
    JsonNode kind = json.fields().get("kind");
    if (!kind.text().equals(KeptResults.KIND)) {
      throw kind.wrong("is '" + kind.text() + "', expected '" + KeptResults.KIND + "'");
    }
  }

  /** Whether both hold the same kind, so that one can be set beside the other. */
  default boolean isLike(PageSource other) {
    return getClass() == other.getClass() && !(this instanceof Peers);
  }

  /** What it shows. */
  default Part part(String id) {
    return switch (this) {
      case Bench bench -> BenchPart.of(id, bench.report);
      case Rounds rounds -> WayPart.of(id, rounds.report, null);
      case Jmh jmh -> JmhPart.of(id, jmh.results, null);
      case Peers peers -> PeerReport.part(id, peers.results);
    };
  }

  /**
   * What it shows beside another that {@linkplain #isLike is like it}.
   *
   * @throws IllegalArgumentException if the other is not
   */
  default Part beside(String id, PageSource other) {
    if (this instanceof Bench first && other instanceof Bench second) {
      return BenchBeside.of(id, first.report, second.report);
    }
    if (this instanceof Rounds first && other instanceof Rounds second) {
      return WayPart.of(id, first.report, second.report);
    }
    if (this instanceof Jmh first && other instanceof Jmh second) {
      return JmhPart.of(id, first.results, second.results);
    }
    throw new IllegalArgumentException("two files of different kinds");
  }
}
