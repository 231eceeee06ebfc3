package org.jccl.nccl.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider;
import org.jccl.BackendProvider.Availability;
import org.jccl.BackendUnavailableException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a machine without a GPU sees. */
class NcclProviderTest {
  private final NcclProvider provider = new NcclProvider();

  @BeforeEach
  void withoutGpu() {
    assumeFalse(CudaDevices.look().available());
  }

  @Test
  void serviceLoader_findsIt() {
    assertThat(ServiceLoader.load(BackendProvider.class)).anyMatch(NcclProvider.class::isInstance);
  }

  @Test
  void availability_saysWhyNotInOneSentenceAndPrintsNothing() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream catcher = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Availability availability;
    try {
      System.setOut(catcher);
      System.setErr(catcher);
      availability = provider.availability(BackendConfig.defaults());
    } finally {
      System.setOut(out);
      System.setErr(err);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(availability.available()).isFalse();
    assertThat(availability.reason()).contains("no NVIDIA driver", "libcuda.so.1");
    assertThat(availability.reason().lines()).hasSize(1);
    assertThat(availability.tried()).isNotEmpty();
  }

  @Test
  void open_saysTheSame() {
    assertThatThrownBy(() -> provider.open(BackendConfig.defaults()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageStartingWith("nccl: no NVIDIA driver")
        .hasMessageContaining("Tried: libcuda.so.1");
  }
}
