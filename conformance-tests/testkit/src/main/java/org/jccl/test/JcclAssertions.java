package org.jccl.test;

import org.jccl.DeviceBuffer;
import org.jccl.sim.Simulator;

/**
 * AssertJ assertions about buffers and findings; they need {@code assertj-core} on the class path.
 */
public final class JcclAssertions {
  private JcclAssertions() {}

  /**
   * {@return assertions about what a buffer holds now; they wait for its device's default stream
   * alone}
   *
   * @param actual an open buffer
   */
  public static DeviceBufferAssert assertThat(DeviceBuffer actual) {
    return new DeviceBufferAssert(actual);
  }

  /**
   * {@return assertions about what a simulator has reported}
   *
   * @param actual the simulator
   */
  public static FindingsAssert assertThat(Simulator actual) {
    return new FindingsAssert(actual);
  }

  /**
   * {@return assertions about what the simulator of a world has reported}
   *
   * @param actual a simulated world
   */
  public static FindingsAssert assertThat(World actual) {
    return new FindingsAssert(actual.simulator().orElseThrow());
  }
}
