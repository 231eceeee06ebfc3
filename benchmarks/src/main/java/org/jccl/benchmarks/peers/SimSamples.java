package org.jccl.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jccl.benchmarks.jmh.CallResults;
import org.jccl.benchmarks.jmh.SimCollectiveBenchmark;
import org.jccl.benchmarks.jmh.SimScaleBenchmark;
import org.jccl.benchmarks.jmh.SimTypesBenchmark;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A program of its own that measures the simulator with JMH and prints what the peers' programs
 * print: a line for each repetition, {@code LABEL op ranks bytes µs calls}, tab separated.
 *
 * <p>Usage: {@code collective LABEL OP RANKS SIZES REPETITIONS BUDGET-MS MODE WAY}, {@code types
 * LABEL REPETITIONS BUDGET-MS SIZES} (the type is the line's op), or {@code scale LABEL REPETITIONS
 * RANKS} (with the milliseconds of opening as a seventh column). Sizes and ranks are lists with
 * commas.
 *
 * <p>{@code serve} reads such words from its standard input, a line for each measurement, and
 * prints {@link #DONE} or {@link #FAILED} behind each answer: one JVM for a whole comparison, warm
 * as that of a program in use is. What it is asked for the first time, it makes many times first,
 * all sizes in turn: what the JVM knows about one size must not make it fast for that one alone.
 */
public final class SimSamples {
  /** The line behind an answer. */
  public static final String DONE = "#done";

  /** The line behind an answer that is missing, in part at least; a reason follows. */
  public static final String FAILED = "#failed";

  /** The word that makes it read what to measure. */
  public static final String SERVE = "serve";

  /** How long it warms up, as a multiple of the time in which a size is measured. */
  private static final int SETTLING = 200;

  /** Passes over all sizes in which it does so. */
  private static final int SETTLING_PASSES = 4;

  private final PrintStream out;
  private final Set<List<String>> settled = new HashSet<>();

  private SimSamples(PrintStream out) {
    this.out = out;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException, RunnerException {
    System.setProperty("jmh.ignoreLock", "true");
    SimSamples samples = new SimSamples(System.out);
    // JMH's own words are not for the reader of the lines.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    if (args[0].equals(SERVE)) {
      samples.serve();
    } else {
      samples.measure(args);
    }
    System.exit(0);
  }

  private void serve() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String end = DONE;
      try {
        measure(line.split(" "));
      } catch (RunnerException | RuntimeException failed) {
        end = FAILED + " " + String.valueOf(failed).replaceAll("\\s+", " ");
      }
      out.println(end);
      out.flush();
    }
  }

  private void measure(String[] args) throws RunnerException {
    if (args[0].equals("scale")) {
      run(args, options(args, new String[0]).warmupIterations(1));
      return;
    }
    if (settled.add(List.of(args))) {
      int iterations = Math.max(1, SETTLING / SETTLING_PASSES / sizes(args).length);
      for (int pass = 0; pass < SETTLING_PASSES; pass++) {
        new Runner(options(args, sizes(args)).measurementIterations(iterations).build()).run();
      }
    }
    // Size by size: who is stopped in the middle has said what there was.
    for (String bytes : sizes(args)) {
      run(args, options(args, new String[] {bytes}));
    }
  }

  private static ChainedOptionsBuilder options(String[] args, String[] sizes) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .forks(0)
            .warmupIterations(0)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    return switch (args[0]) {
      case "collective" ->
          of(options, SimCollectiveBenchmark.class)
              .param("op", args[2])
              .param("ranks", args[3])
              .param("bytes", sizes)
              .measurementIterations(Integer.parseInt(args[5]))
              .param("budgetMillis", args[6])
              .param("mode", args[7])
              .param("way", args[8]);
      case "types" ->
          of(options, SimTypesBenchmark.class)
              .measurementIterations(Integer.parseInt(args[2]))
              .param("budgetMillis", args[3])
              .param("bytes", sizes);
      case "scale" ->
          of(options, SimScaleBenchmark.class)
              .measurementIterations(Integer.parseInt(args[2]))
              .param("ranks", args[3].split(","));
      default -> throw new IllegalArgumentException("unknown kind " + Arrays.toString(args));
    };
  }

  private void run(String[] args, ChainedOptionsBuilder options) throws RunnerException {
    for (RunResult result : new Runner(options.build()).run()) {
      lines(args, result);
    }
    out.flush();
  }

  private static String[] sizes(String[] args) {
    return args[4].split(",");
  }

  private static ChainedOptionsBuilder of(ChainedOptionsBuilder options, Class<?> benchmark) {
    return options.include(benchmark.getName().replace(".", "\\.") + "\\.");
  }

  private void lines(String[] args, RunResult result) {
    var parameters = result.getParams();
    String op =
        switch (args[0]) {
          case "collective" -> parameters.getParam("op");
          case "types" -> parameters.getParam("type");
          default -> PeerOperation.ALL_REDUCE.key();
        };
    String ranks = args[0].equals("types") ? "2" : parameters.getParam("ranks");
    for (var benchmark : result.getBenchmarkResults()) {
      Collection<IterationResult> repetitions = benchmark.getIterationResults();
      for (IterationResult each : repetitions) {
        out.printf(
            Locale.ROOT,
            "%s\t%s\t%s\t%s\t%.4f\t%.0f",
            args[1],
            op,
            ranks,
            parameters.getParam("bytes"),
            score(each, CallResults.MICROS),
            score(each, CallResults.CALLS));
        out.print(
            args[0].equals("scale")
                ? String.format(Locale.ROOT, "\t%.3f\n", score(each, CallResults.OPEN_MILLIS))
                : "\n");
      }
    }
  }

  private static double score(IterationResult repetition, String name) {
    return Objects.requireNonNull(repetition.getSecondaryResults().get(name)).getScore();
  }
}
