package org.jccl.fidelity.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;

/** Writes the files of a recording. */
final class RecordingWriter implements AutoCloseable {
  private final Path folder;
  private final RecordRun.RecordConfig config;
  private final WholeFile resultsFile;
  private final Writer results;
  private final Map<Integer, Map<String, @Nullable Object>> communicators = new TreeMap<>();
  private final List<String> errors = new ArrayList<>();
  private final Instant started = Instant.now();
  private Map<String, Object> info = Map.of();
  private int cases;
  private int unlike;
  private boolean closed;

  RecordingWriter(Path folder, RecordRun.RecordConfig config) throws IOException {
    this.folder = folder;
    this.config = config;
    // The run's own hook ends the file when the process is ended: what was recorded is kept.
    this.resultsFile = WholeFile.begin(folder.resolve("results.jsonl.gz")).endedAtExit();
    try {
      this.results = packed(resultsFile);
    } catch (IOException full) {
      resultsFile.close();
      throw full;
    }
  }

  private static Writer packed(WholeFile file) throws IOException {
    return new OutputStreamWriter(new GZIPOutputStream(file.out()), StandardCharsets.UTF_8);
  }

  synchronized int cases() {
    return cases;
  }

  synchronized int errors() {
    return errors.size();
  }

  long seconds() {
    return started.until(Instant.now(), ChronoUnit.SECONDS);
  }

  /** What a process says of itself. */
  @SuppressWarnings("unchecked") // JSON objects are such maps
  synchronized void info(Map<String, Object> fields) {
    if (fields.get("info") instanceof Map<?, ?> map) {
      info = (Map<String, Object>) map;
    }
  }

  /** A line of a case or a time. */
  synchronized void entry(String type, String line) {
    if (closed) {
      return; // the program is being ended
    }
    try {
      results.write(line + "\n");
    } catch (IOException full) {
      throw new UncheckedIOException("results.jsonl.gz cannot be written", full);
    }
    if (!type.equals("time") && !type.equals("sim")) {
      cases++;
      unlike += line.contains("\"shas\":") ? 1 : 0;
    }
  }

  synchronized void error(String words) {
    errors.add(words);
  }

  /** A communicator is open. */
  synchronized void communicator(RecordedCommunicator like, Map<String, Object> drawn) {
    Map<String, @Nullable Object> spec = new LinkedHashMap<>();
    spec.put("name", like.name());
    spec.put("algo", like.algorithm());
    spec.put("proto", like.protocol());
    spec.put("ctas", like.ctas() == 0 ? null : like.ctas());
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", like.id());
    json.put("phase", like.phase());
    json.put("nranks", like.ranks());
    json.put("spec", spec);
    json.put("env", like.environment());
    json.put("rings", drawn.get("rings"));
    json.put("trees", drawn.get("trees"));
    json.put("init_s", drawn.get("init_s"));
    communicators.putIfAbsent(like.id(), json);
  }

  /** Packs what NCCL has logged into one file. */
  void keepLogs(Path logs) throws IOException {
    try (WholeFile whole = WholeFile.begin(folder.resolve("nccl_log.txt.gz"));
        Writer out = packed(whole);
        Stream<Path> files = Files.list(logs)) {
      for (Path file : files.sorted().toList()) {
        out.write("##### " + file.getFileName() + "\n");
        out.write(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
      out.close();
      whole.end();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (resultsFile) {
      results.close();
      Map<Path, String> others = new LinkedHashMap<>();
      others.put(folder.resolve("summary.json"), summary());
      others.put(
          folder.resolve("errors.txt"), errors.isEmpty() ? "" : String.join("\n", errors) + "\n");
      WholeFile.write(others);
      resultsFile.end();
    }
  }

  private String summary() throws IOException {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", Summary.FORMAT);
    json.put("gpus", info.getOrDefault("devices", config.ranks()));
    json.put("dry_run", !config.backend().equals("nccl"));
    json.put("quick", config.quick());
    json.put("started", started.truncatedTo(ChronoUnit.SECONDS).toString());
    json.put("seed_rule", config.seed() + " + ncclDataType id");
    Map<String, String> scalars = new LinkedHashMap<>();
    CaseSets.scalars()
        .forEach(
            (type, bits) ->
                scalars.put(ElementFormat.of(type).label(), "0x" + Long.toHexString(bits)));
    json.put("premul_bits", scalars);
    Map<String, String> environment = new TreeMap<>(Map.of("NCCL_NVLS_ENABLE", "0"));
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.startsWith("NCCL_") || name.startsWith("CUDA_")) {
                environment.put(name, value);
              }
            });
    json.put("env", environment);
    json.put("info", info);
    json.put("phases", phases());
    json.put("cases", cases);
    json.put("errors", errors.size());
    json.put("ranks_differ", unlike);
    json.put("seconds", seconds());
    return JSON.std
            .with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES)
            .asString(json)
        + "\n";
  }

  private List<Map<String, @Nullable Object>> phases() {
    Map<String, List<Map<String, @Nullable Object>>> byPhase = new LinkedHashMap<>();
    communicators
        .values()
        .forEach(
            each ->
                byPhase
                    .computeIfAbsent(String.valueOf(each.get("phase")), none -> new ArrayList<>())
                    .add(each));
    List<Map<String, @Nullable Object>> phases = new ArrayList<>();
    byPhase.forEach(
        (name, own) -> {
          Map<String, @Nullable Object> phase = new LinkedHashMap<>();
          phase.put("name", name);
          phase.put("nranks", config.ranks());
          phase.put("comms", own);
          phases.add(phase);
        });
    return phases;
  }
}
