package org.jccl.benchmarks.machine;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider;
import org.jccl.Backends;
import org.jccl.Backends.Considered;
import org.jccl.nccl.LibrarySelfTest;
import org.jccl.nccl.NcclBackend;
import org.jspecify.annotations.Nullable;

/**
 * What was found on this machine, and why a backend would be chosen or not. Looks only; an answer
 * that cannot be had is an answer too.
 *
 * @param machine this machine
 * @param considered every backend, preferred first
 * @param chosen the backend that {@code load} would take; null if there is none
 * @param why why that one, or why none
 * @param notes what the self-test found, and what has not come back; a line each
 */
public record Doctor(
    Machine machine,
    List<Considered> considered,
    @Nullable String chosen,
    String why,
    List<String> notes) {
  private static final String SIMULATOR = "sim";
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("jccl.doctor.seconds", 60));

  /**
   * Looks at everything. A driver or library that does not come back is left alone after a while.
   *
   * @param tries whether types and reductions of a library that would be used are tried
   */
  public static Doctor look(boolean tries) {
    BoundedLook look = new BoundedLook(LIMIT);
    List<Considered> considered = look.at("the look at the backends", Doctor::lookedAt, List.of());
    if (!look.givenUp().isEmpty()) {
      return simulatorAlone(look.givenUp().getFirst(), List.of());
    }
    Doctor found =
        look.at(
            "the choice of a backend",
            () -> chosen(considered),
            new Doctor(Machine.here(), considered, null, "it was not found out", List.of()));
    List<String> trial =
        tries && "nccl".equals(found.chosen)
            ? look.at("the self-test of NCCL", Doctor::tried, List.of())
            : List.of();
    List<String> notes = new ArrayList<>(trial);
    notes.addAll(look.givenUp());
    return new Doctor(found.machine, found.considered, found.chosen, found.why, List.copyOf(notes));
  }

  /**
   * Looks at what is left when the process that looked at everything has not come back: at nothing
   * that a driver is behind.
   *
   * @param lost that process
   */
  public static Doctor without(LookingProcess lost) {
    return simulatorAlone(
        "a process that looked for GPUs and their library " + lost.fate(), lost.lastLines());
  }

  private static Doctor simulatorAlone(String fate, List<String> lastWords) {
    List<Considered> considered = new ArrayList<>();
    for (BackendProvider each : ServiceLoader.load(BackendProvider.class)) {
      BackendProvider.Availability known =
          each.name().equals(SIMULATOR)
              ? each.availability(BackendConfig.defaults())
              : new BackendProvider.Availability(false, fate, lastWords);
      considered.add(new Considered(each.name(), each.preference(), known));
    }
    String words = fate + "; asked for by name, the simulator can be used: --backend sim";
    return new Doctor(Machine.here(), List.copyOf(considered), null, words, List.of());
  }

  private static Doctor chosen(List<Considered> considered) {
    try {
      Backends.Choice choice = Backends.choose(null, BackendConfig.defaults());
      return new Doctor(Machine.here(), considered, choice.name(), choice.why(), List.of());
    } catch (RuntimeException | LinkageError none) {
      String why = String.valueOf(none.getMessage());
      return new Doctor(Machine.here(), considered, null, why, List.of());
    }
  }

  private static List<String> tried() {
    try (Backend backend = Backends.load("nccl", BackendConfig.defaults())) {
      if (!(backend instanceof NcclBackend nccl)) {
        return List.of();
      }
      LibrarySelfTest.Outcome outcome = LibrarySelfTest.run(nccl);
      String times =
          outcome.parts().entrySet().stream()
              .map(part -> part.getKey() + " " + part.getValue().toMillis() + " ms")
              .collect(Collectors.joining(", "));
      return outcome.problems().isEmpty()
          ? List.of("self-test: every type and reduction is right (" + times + ")")
          : outcome.problems().stream().map(line -> "self-test: " + line).toList();
    } catch (RuntimeException | LinkageError failure) {
      return List.of("self-test: it could not begin: " + failure.getMessage());
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
    if (!notes.isEmpty()) {
      lines.add("");
      lines.addAll(notes);
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
    json.put("notes", notes);
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
