package org.jccl.sim.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that a device holds, where it holds only so many at once: NCCL and CUDA do not
 * promise that those of two streams run at the same time. Whoever finds no place waits until one is
 * free.
 */
public final class ResidentKernels {
  /** What wants a place. */
  public interface Resident {
    /** There is a place. */
    void placed();

    /** What it waits for once it has a place. */
    Wait asWait();
  }

  private final int most;
  private final List<Resident> running = new ArrayList<>();
  private final Queue<Resident> waiting = new ArrayDeque<>();

  private ResidentKernels(int most) {
    this.most = most;
  }

  /** Places for {@code most} kernels at once; null where that is any number. */
  static @Nullable ResidentKernels of(int most) {
    return most == 0 ? null : new ResidentKernels(most);
  }

  /** Takes a place for {@code kernel}; false if there is none, and it is placed later. */
  public boolean take(Resident kernel) {
    if (running.size() < most) {
      running.add(kernel);
      return true;
    }
    waiting.add(kernel);
    return false;
  }

  /** {@code kernel} is done: its place is free. */
  public void leave(Resident kernel) {
    if (running.remove(kernel)) {
      Resident next = waiting.poll();
      if (next != null) {
        running.add(next);
        next.placed();
      }
    } else {
      waiting.remove(kernel);
    }
  }

  /** What {@code kernel} waits for to get a place, or null if it does not wait for one. */
  public @Nullable Wait before(Resident kernel) {
    return waiting.contains(kernel) ? running.getFirst().asWait() : null;
  }
}
