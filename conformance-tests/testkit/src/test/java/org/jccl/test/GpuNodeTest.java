package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider;
import org.jccl.Communicator;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.engine.TestTag;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.Event;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Nodes on GPUs, with a backend in the place of NCCL's that says what this test wants. */
class GpuNodeTest {
  private static final String NO_DRIVER = "no GPU driver: libcuda.so.1 was not found";
  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Thread thread = Thread.currentThread();
  private final ClassLoader before = thread.getContextClassLoader();

  @BeforeEach
  void putTheBackendInNcclsPlace(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(BackendProvider.class.getName()), InNcclsPlace.class.getName());
    URL[] place = {folder.toUri().toURL()};
    thread.setContextClassLoader(
        new URLClassLoader(place, getClass().getClassLoader()) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            return name.contains(BackendProvider.class.getName())
                ? findResources(name) // this one and no other
                : super.getResources(name);
          }
        });
    InNcclsPlace.gpus = 0;
    RUNS.set(0);
  }

  @AfterEach
  void takeItAway() {
    thread.setContextClassLoader(before);
  }

  @Test
  void withoutGpus_theNodeIsSkipped_withTheReasonOfDoctor_andTheSimulatorsRuns() {
    EngineExecutionResults results = Executed.run(Samples.class, "anywhere");

    assertThat(results.testEvents().finished().list())
        .extracting(event -> event.getTestDescriptor().getDisplayName())
        .containsExactly("[ranks=2 fifo]", "[ranks=2 nccl]");
    assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
    Event skipped = results.testEvents().aborted().list().getFirst();
    assertThat(Executed.thrown(skipped))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining(NO_DRIVER)
        .hasMessageContaining("tried: libcuda.so.1");
  }

  @Test
  void whereGpusAreDemanded_theirAbsenceFails() {
    EngineExecutionResults results =
        Executed.run(Samples.class, "anywhere", Map.of(RankTestExtension.REQUIRE_GPUS, "true"));

    assertThat(Executed.failure(results))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContaining(NO_DRIVER);
  }

  @Test
  void tooFewGpus_areAReason() {
    InNcclsPlace.gpus = 1;

    Event skipped = Executed.run(Samples.class, "onGpus").testEvents().aborted().list().getFirst();

    assertThat(Executed.thrown(skipped)).hasMessage("2 ranks need 2 GPUs, found 1");
  }

  @Test
  void withGpus_theTestRunsOnceOnThem_andItsFailureIsToldAlike() {
    InNcclsPlace.gpus = 2;

    assertThat(Executed.run(Samples.class, "onGpus").testEvents().succeeded().count()).isEqualTo(1);
    assertThat(RUNS).hasValue(2);
    assertThat(Executed.failure(Samples.class, "wrongOnGpus"))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageStartingWith("wrongOnGpus failed\nrank 1: IllegalStateException: as planned\n")
        .hasMessageNotContaining("replay");
  }

  @Test
  void onGpus_givesTagAndLock() {
    EngineExecutionResults results = Executed.run(Samples.class, "marked");

    assertThat(results.testEvents().finished().list())
        .hasSize(2)
        .allSatisfy(
            event ->
                assertThat(event.getTestDescriptor().getTags()).contains(TestTag.create("gpu")));
    assertThat(OnGpus.class.getAnnotation(ResourceLock.class)).isNotNull();
  }

  /** Has as many GPUs as the test says. */
  public static final class InNcclsPlace implements BackendProvider {
    static int gpus;

    @Override
    public String name() {
      return "nccl";
    }

    @Override
    public int preference() {
      return 100;
    }

    @Override
    public Availability availability(BackendConfig config) {
      return gpus == 0
          ? new Availability(false, NO_DRIVER, List.of("libcuda.so.1"))
          : new Availability(true, gpus + " GPUs", List.of());
    }

    @Override
    public Backend open(BackendConfig config) {
      return Simulator.builder().devices(gpus).build().backend();
    }
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    @RankTest(seeds = 0, strict = Strictness.OFF, backend = TestBackend.AUTO)
    void anywhere(Communicator comm) {}

    @RankTest(seeds = 0, strict = Strictness.OFF)
    @OnGpus
    void marked(Communicator comm) {}

    @RankTest(backend = TestBackend.NCCL)
    void onGpus(Communicator comm) {
      RUNS.incrementAndGet();
    }

    @RankTest(backend = TestBackend.NCCL)
    void wrongOnGpus(Communicator comm) {
      if (comm.rank() == 1) {
        throw new IllegalStateException("as planned");
      }
    }
  }
}
