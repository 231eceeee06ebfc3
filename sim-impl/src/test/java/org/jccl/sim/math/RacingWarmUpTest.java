package org.jccl.sim.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Who wins, with a clock that only the loops and the rests move. */
class RacingWarmUpTest {
  private static final long SCALAR_NANOS = 1000;

  private final ElementKernels scalar = new ScalarKernels();
  private final ElementKernels vector = new ScalarKernels();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final RacingWarmUp warmUp =
      new RacingWarmUp(scalar, vector, tasks::add, new ClockByHand());
  private long now;
  private long rested;
  private int vectorCalls;
  private int scalarCalls;
  private int ready;

  @Test
  void vectorsThatBecomeFast_win() {
    begin(500, 0);

    assertThat(ready).isEqualTo(1);
    assertThat(vectorCalls).isBetween(500, 1000);
    assertThat(rested).isPositive();
  }

  @Test
  void beginning_doesNotWait() {
    warmUp.begin((kernels, left, right, out, bytes) -> vectorCalls++, () -> ready++);

    assertThat(tasks).hasSize(1);
    assertThat(vectorCalls).isZero();
  }

  @Test
  void vectorsThatStaySlow_areGivenUp() {
    begin(Integer.MAX_VALUE, 0);

    assertThat(ready).isZero();
    assertThat(now - rested).isGreaterThanOrEqualTo(RacingWarmUp.MOST_NANOS);
    assertThat(rested).isLessThan(2 * RacingWarmUp.MOST_NANOS);
  }

  @Test
  void aHiccupOfTheScalarTwin_isNoWin() {
    begin(Integer.MAX_VALUE, 100_000_000);

    assertThat(ready).isZero();
  }

  private void begin(int slowCalls, long hiccup) {
    warmUp.begin(
        (kernels, left, right, out, bytes) -> {
          if (kernels == vector) {
            vectorCalls++;
            now += vectorCalls <= slowCalls ? 100 * SCALAR_NANOS : SCALAR_NANOS / 2;
          } else {
            scalarCalls++;
            now += SCALAR_NANOS + (scalarCalls > 8 ? hiccup : 0);
          }
        },
        () -> ready++);
    tasks.remove().run();
  }

  private final class ClockByHand implements RacingWarmUp.Clock {
    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void rest(long nanos) {
      now += nanos;
      rested += nanos;
    }
  }
}
