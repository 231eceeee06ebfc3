package org.jccl.benchmarks.flight;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
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
  private static final int MOST_FILES = 100_000;

  private FlightFile() {}

  /**
   * All flights of directories, by file name: of jccl and of torch. A file that cannot be read, cut
   * or of another version, is a note as long as there is another one.
   *
   * @param notes where that goes
   * @throws BadFileException if a directory has none, or none can be read
   */
  static List<Flight> readAll(List<Path> folders, List<String> notes) throws BadFileException {
    List<Path> files = new ArrayList<>();
    for (Path folder : folders) {
      List<Path> found = filesOf(folder);
      found.removeAll(files); // a folder that is named twice
      files.addAll(found);
    }
    List<Flight> flights = new ArrayList<>();
    BadFileException first = null;
    for (Path each : files) {
      try {
        boolean isOwn = each.toString().endsWith(".json");
        Flight flight = isOwn ? read(each) : TorchFile.read(each);
        flights.add(folders.size() == 1 ? flight : flight.from(each.toString()));
      } catch (BadFileException bad) {
        first = first == null ? bad : first;
        notes.add("left out: " + bad.getMessage());
      }
    }
    if (first != null && flights.isEmpty()) {
      throw first;
    }
    return flights;
  }

  private static List<Path> filesOf(Path folder) throws BadFileException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      for (Path each : found) {
        String name = String.valueOf(each.getFileName());
        boolean isOwn = name.startsWith("jccl-") && name.endsWith(".json");
        if (isOwn || (TorchFile.isNamed(name) && !Files.isDirectory(each))) {
          files.add(each);
        }
        if (files.size() > MOST_FILES) {
          throw new BadFileException(folder + ": more than " + MOST_FILES + " files");
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      throw new BadFileException(
          folder
              + ": cannot be listed: "
              + (unreadable instanceof IOException io
                  ? BoundedFile.why(io)
                  : CleanText.messageOf(unreadable)));
    }
    if (files.isEmpty()) {
      throw new BadFileException(
          folder
              + ": there is no file jccl-*.json of a flight recorder (-Djccl.observe=recorder),"
              + " and no pickle of torch's (nccl_trace_rank_0)");
    }
    files.sort(null);
    return files;
  }

  static Flight read(Path file) throws BadFileException {
    JsonFields json;
    try {
      json = JsonNode.read(file).fields();
    } catch (OutOfMemoryError full) {
      throw new BadFileException(file + ": needs more memory than this process has");
    }
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
        line(json.get("written")),
        ends);
  }

  private static Flight.End end(JsonFields json) throws BadFileException {
    JsonNode rank = json.get("rank");
    long worldSize = json.get("world_size").integer();
    if (rank.integer() < 0 || rank.integer() >= worldSize || worldSize > Integer.MAX_VALUE) {
      throw rank.wrong("is " + rank.integer() + ", the world size is " + worldSize);
    }
    List<Flight.Entry> calls = new ArrayList<>();
    long group = -1;
    int left = 0;
    for (JsonNode each : json.get("calls").elements()) {
      JsonFields call = each.fields();
      // Files of older versions have no number of the group: its calls follow each other.
      if (left == 0) {
        group++;
        left = Math.clamp(call.get("group_size").integer(), 1, Integer.MAX_VALUE);
      }
      left--;
      JsonNode number = call.find("group");
      calls.add(entry(call, number == null ? group : number.integer()));
    }
    return new Flight.End(
        line(json.get("name")),
        (int) rank.integer(),
        (int) worldSize,
        true,
        json.get("collectives").integer(),
        json.get("messages").integer(),
        calls);
  }

  private static Flight.Entry entry(JsonFields json, long group) throws BadFileException {
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
        group,
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
