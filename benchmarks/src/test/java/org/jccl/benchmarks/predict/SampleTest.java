package org.jccl.benchmarks.predict;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.DataType;
import org.jccl.benchmarks.bench.Workload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleTest {
  @ParameterizedTest
  @CsvSource({
    "all_reduce,      2,         16, true",
    "all_reduce,      4,          8, false",
    "all_reduce,      3,         48, false",
    "all_reduce,      3, 1073741824, true",
    "all_gather,      3,         16, true",
    "all_gather,      3,         32, false",
    "all_gather,      3,    1048576, true",
    "reduce_scatter,  3,    2097152, false",
    "sendrecv,        4,         64, true",
  })
  void evenPowersOfTwo_areFitted_alsoWhereRanksDoNotDivideThem(
      String label, int ranks, long wanted, boolean fitted) {
    Workload workload = Workload.ofLabel(label);
    long count = workload.operation().countFor(wanted, ranks, 4);
    long bytes = workload.operation().measuredBytes(count, ranks, 4);
    PredictionSample sample =
        new PredictionSample(workload, DataType.FLOAT32, ranks, count, bytes, 1);
    assertThat(sample.isFitted()).isEqualTo(fitted);
  }
}
