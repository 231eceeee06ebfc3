package org.jccl.benchmarks.flight;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CleanText;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/** Reads what {@link org.jccl.observe.FlightRecorder} writes. */
final class FlightFile {
  private static final String FORMAT = "jccl-flight-recorder-1";

  private FlightFile() {}

  /**
   * All flights of a directory, by file name.
   *
   * @throws BadFileException if there are none, or one cannot be read
   */
  static List<Flight> readAll(Path folder) throws BadFileException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "jccl-*.json")) {
      found.forEach(files::add);
    } catch (IOException unreadable) {
      throw new BadFileException(folder + ": cannot be listed: " + BoundedFile.why(unreadable));
    }
    if (files.isEmpty()) {
      throw new BadFileException(
          folder + ": there is no file jccl-*.json of a flight recorder (-Djccl.observe=recorder)");
    }
    files.sort(null);
    List<Flight> flights = new ArrayList<>();
    for (Path each : files) {
      flights.add(read(each));
    }
    return flights;
  }

  static Flight read(Path file) throws BadFileException {
    JsonFields json = JsonNode.read(file).fields();
    JsonNode format = json.get("format");
    if (!format.text().equals(FORMAT)) {
      throw format.wrong("is '" + line(format) + "', this jccl reads " + FORMAT);
    }
    List<Flight.End> ends = new ArrayList<>();
    for (JsonNode each : json.get("communicators").elements()) {
      ends.add(end(each.fields()));
    }
    return new Flight(
        String.valueOf(file.getFileName()),
        line(json.get("host")) + ", process " + json.get("pid").integer(),
        line(json.get("reason")),
        ends);
  }

  private static Flight.End end(JsonFields json) throws BadFileException {
    JsonNode rank = json.get("rank");
    long worldSize = json.get("world_size").integer();
    if (rank.integer() < 0 || rank.integer() >= worldSize || worldSize > Integer.MAX_VALUE) {
      throw rank.wrong("is " + rank.integer() + ", the world size is " + worldSize);
    }
    List<Flight.Entry> calls = new ArrayList<>();
    for (JsonNode each : json.get("calls").elements()) {
      calls.add(entry(each.fields()));
    }
    return new Flight.End(
        line(json.get("name")),
        (int) rank.integer(),
        (int) worldSize,
        line(json.get("state")),
        json.get("collectives").integer(),
        json.get("messages").integer(),
        calls);
  }

  private static Flight.Entry entry(JsonFields json) throws BadFileException {
    return new Flight.Entry(
        json.get("number").integer(),
        json.get("message").flag(),
        line(json.get("operation")),
        line(json.get("method")),
        lineOrNull(json.get("type")),
        (int) json.get("reduction").integer(),
        (int) json.get("root_or_peer").integer(),
        json.get("count").integer(),
        json.get("bytes").integer(),
        (int) json.get("group_size").integer(),
        json.get("age_ns").integer(),
        line(json.get("state")),
        lineOrNull(json.get("site")));
  }

  /** A text of the file, fit to be shown. */
  private static String line(JsonNode text) throws BadFileException {
    return CleanText.line(text.text());
  }

  private static @Nullable String lineOrNull(JsonNode text) throws BadFileException {
    return text.value() == null ? null : line(text);
  }
}
