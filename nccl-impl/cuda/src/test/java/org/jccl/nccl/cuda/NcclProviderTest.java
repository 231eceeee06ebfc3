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
  void devices_areThoseOfTheProgramThenThoseOfTheProcess() {
    assertThat(NcclProvider.devices(2, "4")).isEqualTo(2);
    assertThat(NcclProvider.devices(0, " 4 ")).isEqualTo(4);
    assertThat(NcclProvider.devices(0, null)).isZero();
    assertThat(NcclProvider.devices(0, "")).isZero();
    for (String wrong : new String[] {"0", "-1", "four", "4.0", "99999999999"}) {
      assertThatThrownBy(() -> NcclProvider.devices(0, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("JCCL_DEVICES", "jccl.devices", wrong);
    }
  }

  @Test
  void open_saysTheSame() {
    assertThatThrownBy(() -> provider.open(BackendConfig.defaults()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageStartingWith("nccl: no NVIDIA driver")
        .hasMessageContaining("Tried: libcuda.so.1");
  }
}
