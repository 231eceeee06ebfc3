package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How many files a reader opens who follows one warm all-reduce of two ranks.
 *
 * <p>A file counts if any of its code runs: methods, constructors, lambdas, nested classes,
 * inherited methods (where they are written). It does not count for handing out a value: reading a
 * field or a constant, and a method that only returns one. Files of the suite and of this test
 * never count.
 *
 * <p>Simulator: from the entry into {@code allReduce} on one rank until its {@code synchronize}
 * returns, on every thread of the world; what the other rank does meanwhile counts. The path ends
 * at the numbers: {@code sim.math} and {@code sim.algo} (what is added in which order, and the
 * loops that do it) are left out. NCCL: from the entry into {@code allReduce} until it returns, on
 * the caller's thread, with a C function in NCCL's place that does nothing. Devices, streams and
 * buffers are the simulator's there and count like CUDA's.
 */
class CallPathTest {
  // These follow the code down and never go up.
  private static final int MOST_ON_THE_SIMULATOR = 30;
  private static final int MOST_ON_NCCL = 11;

  @Test
  void onTheSimulator() throws ReflectiveOperationException {
    assertThat(filesOf("onTheSimulator"))
        .describedAs("files of an all-reduce on the simulator, in the order of entry")
        .filteredOn(file -> !file.startsWith("sim.math.") && !file.startsWith("sim.algo."))
        .hasSizeLessThanOrEqualTo(MOST_ON_THE_SIMULATOR);
  }

  @Test
  void onNccl() throws ReflectiveOperationException {
    assertThat(filesOf("onNccl"))
        .describedAs("files of an all-reduce on NCCL, in the order of entry")
        .hasSizeLessThanOrEqualTo(MOST_ON_NCCL);
  }

  private static List<String> filesOf(String call) throws ReflectiveOperationException {
    new RecordingClassLoader().loadClass(OneAllReduce.class.getName()).getMethod(call).invoke(null);
    List<String> files = EnteredFiles.inOrder();
    assertThat(files).isNotEmpty();
    return files;
  }
}
