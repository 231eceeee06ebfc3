package org.jccl.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Guards against rot: each benchmark runs once, for a moment, in this JVM. Its numbers mean
 * nothing.
 */
class BenchmarksTest {
  @Test
  void everyBenchmark_runs() throws Exception {
    System.setProperty("jmh.ignoreLock", "true");
    List<String> leftOut = GpuBenchmarks.leftOut(List.of(), note -> {});
    Options options =
        new OptionsBuilder()
            .parent(new CommandLineOptions(leftOut.toArray(String[]::new)))
            .include(getClass().getPackageName() + "\\.")
            .param("ranks", "2")
            .param("bytes", "8192")
            .param("budgetMillis", "1")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(10))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> results = new Runner(options).run();
    assertThat(results)
        .extracting(result -> result.getParams().getBenchmark())
        .contains(
            SimAllReduceBenchmark.class.getName() + ".allReduce",
            SimCollectiveBenchmark.class.getName() + ".call",
            SimTypesBenchmark.class.getName() + ".call",
            SimScaleBenchmark.class.getName() + ".call",
            HostCostBenchmark.class.getName() + ".c_checkedCall");
  }
}
