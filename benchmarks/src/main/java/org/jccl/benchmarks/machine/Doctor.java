package org.jccl.benchmarks.machine;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.Backends.Considered;
import org.jspecify.annotations.Nullable;

/**
 * What was found on this machine, and why a backend would be chosen or not. Looks only; an answer
 * that cannot be had is an answer too.
 *
 * @param machine this machine
 * @param considered every backend, preferred first
 * @param chosen the backend that {@code load} would take; null if there is none
 * @param why why that one, or why none
 */
public record Doctor(
    Machine machine, List<Considered> considered, @Nullable String chosen, String why) {

  /** Looks at everything. */
  public static Doctor look() {
    List<Considered> considered = lookedAt();
    try {
      Backends.Choice choice = Backends.choose(null, BackendConfig.defaults());
      return new Doctor(Machine.here(), considered, choice.name(), choice.why());
    } catch (RuntimeException | LinkageError none) {
      return new Doctor(Machine.here(), considered, null, String.valueOf(none.getMessage()));
    }
  }

  private static List<Considered> lookedAt() {
    try {
      return Backends.considered(BackendConfig.defaults());
    } catch (RuntimeException | LinkageError none) {
      return List.of();
    }
  }

  /** The answer for people, several lines. */
  public String text() {
    List<String> lines = new ArrayList<>();
    fact(lines, "jccl", ProgramVersion.get());
    fact(lines, "Java", machine.jdk());
    fact(lines, "system", machine.system());
    fact(lines, "processor", machine.cpu() + ", " + machine.cores() + " cores");
    fact(lines, "memory", (machine.memoryBytes() >> 20) + " MiB");
    fact(lines, "JVM flags", String.join(" ", machine.flags()));
    fact(lines, "native access", machine.nativeAccess() ? "enabled" : NO_NATIVE_ACCESS);
    fact(lines, "vector module", machine.vectorModule() ? "present" : NO_VECTOR_MODULE);
    for (Considered each : considered) {
      lines.add("");
      String verdict = each.availability().available() ? "available" : "not available";
      lines.add("backend " + each.name() + ": " + verdict);
      fact(lines, "reason", each.availability().reason());
      each.availability().tried().forEach(tried -> fact(lines, "tried", tried));
    }
    lines.add("");
    lines.add(
        chosen == null ? "no backend can be used: " + why : "jccl uses " + chosen + ": " + why);
    return String.join("\n", lines) + "\n";
  }

  private static final String NO_NATIVE_ACCESS =
      "not enabled: start java with --enable-native-access=ALL-UNNAMED";
  private static final String NO_VECTOR_MODULE =
      "absent, the simulator takes its slower path: start java with"
          + " --add-modules jdk.incubator.vector";

  private static void fact(List<String> lines, String name, String value) {
    lines.add("  %-14s %s".formatted(name, value.replaceAll("\\R", "\n                 ")));
  }

  /** The answer for machines. */
  public String json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("jccl", ProgramVersion.get());
    json.put("java", machine.jdk());
    json.put("system", machine.system());
    json.put("cpu", machine.cpu());
    json.put("cores", machine.cores());
    json.put("memory_bytes", machine.memoryBytes());
    json.put("flags", machine.flags());
    json.put("native_access", machine.nativeAccess());
    json.put("vector_module", machine.vectorModule());
    json.put("backends", considered.stream().map(Doctor::json).toList());
    json.put("chosen", chosen);
    json.put("why", why);
    try {
      return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(json) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> json(Considered each) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", each.name());
    json.put("preference", each.preference());
    json.put("available", each.availability().available());
    json.put("reason", each.availability().reason());
    json.put("tried", each.availability().tried());
    return json;
  }
}
