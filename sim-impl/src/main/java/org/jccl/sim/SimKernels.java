package org.jccl.sim;

import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jccl.Device;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.CallArguments;
import org.jccl.ops.KernelCalls;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.SimStream;
import org.jccl.spi.KernelGroup;
import org.jccl.spi.KernelRank;
import org.jspecify.annotations.Nullable;

/** jccl's own kernels, simulated: calls go the way of all calls, and say how they are folded. */
final class SimKernels implements KernelGroup {
  private SimKernels() {}

  /**
   * Kernels on those devices.
   *
   * @param perHost how many devices a host has: others are in another process
   * @throws UnsupportedOperationException if there are none for them, and why
   */
  static KernelGroup open(List<Device> devices, int perHost) {
    if (new HashSet<>(devices).size() < devices.size()) {
      throw new UnsupportedOperationException("two ranks are on one device");
    }
    if (devices.stream().map(each -> each.index() / perHost).distinct().count() > 1) {
      throw new UnsupportedOperationException("its devices are in several hosts");
    }
    return new SimKernels();
  }

  @Override
  public KernelRank rank(
      Issuer library, int rank, TimeLimit limit, IntFunction<RuntimeException> missing) {
    return new Rank(library);
  }

  /** One rank; who waits for ever is found by the simulator. */
  private static final class Rank implements KernelRank {
    private final Issuer library;
    private @Nullable Capture last;
    private int captures;

    Rank(Issuer library) {
      this.library = library;
    }

    @Override
    public int launch(CallArguments call, Stream stream) {
      Capture capture = stream instanceof SimStream own ? own.capture() : null;
      if (capture != null && capture != last) {
        last = capture;
        captures++;
      }
      if (capture != null && captures > KernelCalls.MOST_CAPTURES) {
        return NOT_HERE;
      }
      call.runsInOwnKernel();
      return library.issue(call, stream);
    }

    @Override
    public void order(Stream stream) {}

    @Override
    public void abort() {}

    @Override
    public void close() {}
  }
}
