package org.jccl.benchmarks.profile;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * Profiles as JSON files. Field names are a contract: {@link #FORMAT} counts up when one changes.
 */
public final class ProfileFile {
  private static final int FORMAT = 1;
  private static final JSON JACKSON = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private ProfileFile() {}

  /** The profile as JSON text. */
  public static String write(Profile profile) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("name", profile.name());
    json.put("nccl", profile.version());
    json.put("machine", MachineJson.write(profile.machine()));
    Origin origin = profile.origin();
    if (origin != null) {
      json.put("measured", origin(origin));
    }
    if (!profile.calibrations().isEmpty()) {
      json.put(
          "calibrations", profile.calibrations().stream().map(CalibrationJson::write).toList());
    }
    try {
      return JACKSON.asString(json) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a profile.
   *
   * @throws BadFileException with one line that names the file, the line and the field
   */
  public static Profile read(Path file) throws BadFileException {
    JsonFields json = JsonNode.read(file).fields();
    JsonNode format = json.get("format");
    if (format.integer() != FORMAT) {
      throw format.wrong("is " + format.integer() + ", this jccl reads format " + FORMAT);
    }
    JsonNode name = json.get("name");
    if (name.text().isBlank()) {
      throw name.wrong("is empty, expected a name");
    }
    JsonNode version = json.get("nccl");
    if (version.integer() < Simulator.OLDEST_VERSION
        || version.integer() > Simulator.NEWEST_VERSION) {
      throw version.wrong(
          "is %d, expected %d to %d"
              .formatted(version.integer(), Simulator.OLDEST_VERSION, Simulator.NEWEST_VERSION));
    }
    GpuProfile machine = MachineJson.read(name.text(), json.get("machine").fields());
    JsonNode measured = json.find("measured");
    @Nullable Origin origin = measured == null ? null : readOrigin(measured.fields());
    List<Calibration> calibrations = new ArrayList<>();
    JsonNode fitted = json.find("calibrations");
    if (fitted != null) {
      for (JsonNode each : fitted.elements()) {
        calibrations.add(CalibrationJson.read(each.fields()));
      }
    }
    json.refuseOthers();
    int code = (int) version.integer();
    return new Profile(name.text(), machine, code, origin, calibrations);
  }

  private static Map<String, Object> origin(Origin origin) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("started", origin.started());
    json.put("devices", origin.devices());
    json.put("nccl_version", origin.ncclVersion());
    json.put("clock", origin.clock());
    json.put("command", origin.command());
    return json;
  }

  private static Origin readOrigin(JsonFields json) throws BadFileException {
    List<String> devices = new ArrayList<>();
    for (JsonNode each : json.get("devices").elements()) {
      devices.add(each.text());
    }
    Origin origin =
        new Origin(
            json.get("started").text(),
            devices,
            json.get("nccl_version").text(),
            json.get("clock").text(),
            json.get("command").text());
    json.refuseOthers();
    return origin;
  }
}
