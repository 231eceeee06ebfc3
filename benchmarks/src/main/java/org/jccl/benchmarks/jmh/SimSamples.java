package org.jccl.benchmarks.jmh;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A program of its own that measures one operation at several sizes with JMH and prints what the
 * peers' programs print: a line for each repetition, {@code LABEL op ranks bytes µs calls}, tab
 * separated. One JVM for all sizes, all of them warmed up first: what the JVM knows about one size
 * must not make it fast for that one alone.
 *
 * <p>Usage: {@code collective LABEL OP RANKS SIZES REPETITIONS BUDGET-MS MODE WAY}, {@code types
 * LABEL REPETITIONS BUDGET-MS SIZES} (the type is the line's op), or {@code scale LABEL REPETITIONS
 * RANKS} (with the milliseconds of opening as a seventh column). Sizes and ranks are lists with
 * commas.
 */
public final class SimSamples {
  private static final int SETTLING_MILLIS = 250;

  private SimSamples() {}

  /** Runs it. */
  public static void main(String[] args) throws RunnerException {
    System.setProperty("jmh.ignoreLock", "true");
    PrintStream out = System.out;
    // JMH's own words are not for the reader of the lines.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    if (args[0].equals("scale")) {
      run(args, options(args, new String[0]).warmupIterations(1), out);
    } else {
      int iterations = settlingIterations(args);
      var settling = options(args, sizes(args)).measurementIterations(iterations);
      new Runner(settling.build()).run();
      // Size by size: who is stopped in the middle has said what there was.
      for (String bytes : sizes(args)) {
        run(args, options(args, new String[] {bytes}), out);
      }
    }
    out.flush();
    System.exit(0);
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

  private static void run(String[] args, ChainedOptionsBuilder options, PrintStream out)
      throws RunnerException {
    for (RunResult result : new Runner(options.build()).run()) {
      lines(args, result, out);
    }
    out.flush();
  }

  private static String[] sizes(String[] args) {
    return args[4].split(",");
  }

  /** About a quarter of a second for each size: vector code is compiled late. */
  private static int settlingIterations(String[] args) {
    int budget = Integer.parseInt(args[0].equals("types") ? args[3] : args[6]);
    return Math.clamp(SETTLING_MILLIS / budget, 1, 12);
  }

  private static ChainedOptionsBuilder of(ChainedOptionsBuilder options, Class<?> benchmark) {
    return options.include(benchmark.getName().replace(".", "\\.") + "\\.");
  }

  private static void lines(String[] args, RunResult result, PrintStream out) {
    var parameters = result.getParams();
    String op =
        switch (args[0]) {
          case "collective" -> parameters.getParam("op");
          case "types" -> parameters.getParam("type");
          default -> Collective.ALL_REDUCE.key();
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
            score(each, CallTime.MICROS),
            score(each, CallTime.CALLS));
        out.print(
            args[0].equals("scale")
                ? String.format(Locale.ROOT, "\t%.3f\n", score(each, CallTime.OPEN_MILLIS))
                : "\n");
      }
    }
  }

  private static double score(IterationResult repetition, String name) {
    return Objects.requireNonNull(repetition.getSecondaryResults().get(name)).getScore();
  }
}
