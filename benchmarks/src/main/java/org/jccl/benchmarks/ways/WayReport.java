package org.jccl.benchmarks.ways;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.benchmarks.report.Environment;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;

/**
 * All rounds of a run as a file: {@code rounds.json}. Times are microseconds.
 *
 * @param machine where it ran, in words: devices, version of NCCL, host
 * @param started when
 * @param command how it was asked for
 * @param times the rounds of each operation, size and way
 * @param notes which other programs had their turns, and which are missing and why
 */
public record WayReport(
    String machine, String started, String command, List<WayTimes> times, List<String> notes) {
  private static final String FORMAT = "jccl-rounds-1";
  private static final JSON JACKSON = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  /** With immutable lists. */
  public WayReport {
    times = List.copyOf(times);
    notes = List.copyOf(notes);
  }

  /** What was measured there just now. */
  public static WayReport of(
      Environment environment, String command, List<WayTimes> times, List<String> notes) {
    String machine =
        environment.devices().size()
            + " x "
            + environment.devices().getFirst()
            + ", NCCL "
            + environment.ncclVersion()
            + ", "
            + environment.cpu()
            + ", "
            + environment.jdk();
    return new WayReport(machine, environment.started(), command, times, notes);
  }

  /** Writes it. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, json());
  }

  /** The file's text. */
  String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("machine", machine);
    json.put("started", started);
    json.put("command", command);
    if (!notes.isEmpty()) {
      json.put("peers", notes);
    }
    json.put("lines", times.stream().map(WayReport::line).toList());
    try {
      return JACKSON.asString(json) + "\n";
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static Map<String, Object> line(WayTimes times) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("operation", times.operation());
    json.put("bytes", times.bytes());
    json.put("way", times.way());
    json.put("wrong", times.wrong());
    json.put(
        "micros", Arrays.stream(times.micros()).map(each -> Math.rint(each * 1e3) / 1e3).toArray());
    return json;
  }

  /**
   * Reads one.
   *
   * @throws BadFileException if it is none; the message names file and line
   */
  public static WayReport read(Path file) throws BadFileException {
    return read(JsonNode.read(file));
  }

  /**
   * The report that {@code json} holds.
   *
   * @throws BadFileException if it is none; the message names file and line
   */
  public static WayReport read(JsonNode json) throws BadFileException {
    JsonFields fields = json.fields();
    String format = fields.get("format").text();
    if (!format.equals(FORMAT)) {
      throw fields.get("format").wrong("is '" + format + "', this jccl reads " + FORMAT);
    }
    List<WayTimes> times = new ArrayList<>();
    for (JsonNode line : fields.get("lines").elements()) {
      times.add(readLine(line.fields()));
    }
    List<String> notes = new ArrayList<>();
    JsonNode peers = fields.find("peers");
    if (peers != null) {
      for (JsonNode each : peers.elements()) {
        notes.add(each.text());
      }
    }
    return new WayReport(
        fields.get("machine").text(),
        fields.get("started").text(),
        fields.get("command").text(),
        times,
        notes);
  }

  private static WayTimes readLine(JsonFields fields) throws BadFileException {
    List<JsonNode> micros = fields.get("micros").elements();
    double[] rounds = new double[micros.size()];
    for (int i = 0; i < rounds.length; i++) {
      rounds[i] = micros.get(i).number();
      if (rounds[i] <= 0) {
        throw micros.get(i).wrong("is " + rounds[i] + ", expected more than 0");
      }
    }
    JsonNode bytes = fields.get("bytes");
    if (bytes.integer() < 0) {
      throw bytes.wrong("is " + bytes.integer() + ", expected 0 or more");
    }
    if (rounds.length == 0) {
      throw fields.get("micros").wrong("is empty");
    }
    return new WayTimes(
        fields.get("operation").text(),
        bytes.integer(),
        fields.get("way").text(),
        rounds,
        fields.get("wrong").integer());
  }

  /** How many lines another report has, too. */
  int inCommon(WayReport other) {
    return (int) times.stream().filter(each -> other.find(each) != null).count();
  }

  /** The same where lines that were measured again, and were not slow then, take their place. */
  public WayReport with(List<WayTimes> again) {
    WayReport newer = new WayReport(machine, started, command, again, notes);
    return new WayReport(
        machine,
        started,
        command,
        times.stream().map(each -> Objects.requireNonNullElse(newer.find(each), each)).toList(),
        notes);
  }

  /** The line of the same operation, size and way; null if there is none. */
  @Nullable WayTimes find(WayTimes other) {
    return times.stream()
        .filter(each -> each.isBeside(other) && each.way().equals(other.way()))
        .findFirst()
        .orElse(null);
  }
}
