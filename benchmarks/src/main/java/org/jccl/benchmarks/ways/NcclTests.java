package org.jccl.benchmarks.ways;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.benchmarks.bench.NcclPeer;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.peers.Child;

/**
 * nccl-tests, a program for each operation, started for each turn: NCCL's defaults from C++, one
 * thread a GPU, out of place, float32, without looking at results.
 */
final class NcclTests implements NcclPeer {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String WARM_UPS = "20";

  /** Where its out-of-place time stands in a line, and how many words a line has at least. */
  private static final int TIME = 5;

  private static final int LEAST_WORDS = 9;

  private final Path programs;
  private final int gpus;
  private final Map<String, String> environment;
  private final Path scratch;
  private String version = "";

  /**
   * The programs in a folder.
   *
   * @param environment what is added to the environment
   * @param scratch where their output goes
   */
  NcclTests(Path programs, int gpus, Map<String, String> environment, Path scratch) {
    this.programs = programs;
    this.gpus = gpus;
    this.environment = environment;
    this.scratch = scratch;
  }

  @Override
  public String name() {
    return "nccl-tests";
  }

  /** What it says of itself, once it has run; empty before. */
  String version() {
    return version;
  }

  static String programOf(Workload workload) {
    return (workload.label().equals("all_to_all") ? "alltoall" : workload.label()) + "_perf";
  }

  @Override
  public Map<Long, Double> measure(Workload workload, List<Long> bytes)
      throws IOException, InterruptedException {
    Path program = programs.resolve(programOf(workload));
    if (!Files.isExecutable(program)) {
      throw new IOException(program + " is not there");
    }
    Map<Long, Double> times = new LinkedHashMap<>();
    for (List<String> sizes : sizes(bytes)) {
      List<String> command = new ArrayList<>(List.of(program.toString()));
      command.addAll(sizes);
      command.addAll(List.of("-t", "" + gpus, "-g", "1", "-n", "" + WayPlan.callsFor(0)));
      command.addAll(List.of("-w", WARM_UPS, "-c", "0", "-a", "3", "-d", "float"));
      Child.Outcome outcome = Child.run(command, environment, scratch, LIMIT);
      if (!outcome.failure().isEmpty()) {
        throw new IOException(program.getFileName() + ": " + outcome.failure());
      }
      outcome.output().lines().filter(line -> line.startsWith("# nccl-tests")).forEach(this::says);
      times.putAll(read(outcome.output()));
    }
    times.keySet().retainAll(bytes);
    return times;
  }

  private void says(String line) {
    version = line.substring(1).strip();
  }

  /** Microseconds by size, out of place. */
  static Map<Long, Double> read(String output) {
    Map<Long, Double> times = new LinkedHashMap<>();
    for (String line : output.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (words.length >= LEAST_WORDS
          && words[0].matches("\\d+")
          && words[TIME].matches("[0-9.]+(e[+-]?\\d+)?")) {
        double micros = Double.parseDouble(words[TIME]);
        if (micros > 0) {
          times.put(Long.parseLong(words[0]), micros);
        }
      }
    }
    return times;
  }

  /** The sizes as its options say them: in one run if each is some power of a factor larger. */
  static List<List<String>> sizes(List<Long> bytes) {
    List<Long> sorted = bytes.stream().distinct().sorted().toList();
    Optional<Long> factor = factor(sorted);
    if (factor.isEmpty()) {
      return sorted.stream().map(each -> List.of("-b", "" + each, "-e", "" + each)).toList();
    }
    return List.of(
        List.of(
            "-b", "" + sorted.getFirst(), "-e", "" + sorted.getLast(), "-f", "" + factor.get()));
  }

  private static Optional<Long> factor(List<Long> sorted) {
    long first = sorted.getFirst();
    if (first <= 0 || sorted.size() == 1 || sorted.get(1) % first != 0) {
      return Optional.empty();
    }
    for (long factor = sorted.get(1) / first; factor > 1; factor--) {
      long each = factor;
      if (sorted.stream().allMatch(size -> isReached(first, size, each))) {
        return Optional.of(factor);
      }
    }
    return Optional.empty();
  }

  private static boolean isReached(long from, long size, long factor) {
    long reached = from;
    while (reached < size) {
      reached *= factor;
    }
    return reached == size;
  }

  @Override
  public void close() {}
}
