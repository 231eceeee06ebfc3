package org.jccl.sim.algo;

import java.util.Map;
import org.jccl.config.Protocol;
import org.jccl.sim.machine.Variables;

/**
 * Sizes that decide how a call is cut (PART-03, PART-06): those of NCCL, or what its variables say.
 *
 * @param llBytes buffer of a channel with LL ({@code NCCL_LL_BUFFSIZE})
 * @param ll128Bytes with LL128 ({@code NCCL_LL128_BUFFSIZE})
 * @param simpleBytes with Simple ({@code NCCL_BUFFSIZE})
 * @param threads most threads of a block with LL and Simple ({@code NCCL_NTHREADS})
 * @param ll128Threads most threads with LL128 ({@code NCCL_LL128_NTHREADS})
 */
public record Buffers(int llBytes, int ll128Bytes, int simpleBytes, int threads, int ll128Threads) {
  private static final Buffers DEFAULTS = new Buffers(524_288, 4_915_200, 4_194_304, 512, 640);

  /** NCCL's own sizes. */
  public static Buffers defaults() {
    return DEFAULTS;
  }

  /** What the variables say; values that are no sizes are as if they were not set. */
  public static Buffers of(Map<String, String> environment) {
    return new Buffers(
        setting(environment, "NCCL_LL_BUFFSIZE", DEFAULTS.llBytes),
        setting(environment, "NCCL_LL128_BUFFSIZE", DEFAULTS.ll128Bytes),
        setting(environment, "NCCL_BUFFSIZE", DEFAULTS.simpleBytes),
        setting(environment, "NCCL_NTHREADS", DEFAULTS.threads),
        setting(environment, "NCCL_LL128_NTHREADS", DEFAULTS.ll128Threads));
  }

  private static int setting(Map<String, String> environment, String name, int otherwise) {
    long value = Variables.number(environment, name, otherwise);
    return value > 0 && value <= Integer.MAX_VALUE ? (int) value : otherwise;
  }

  /** Bytes of a channel's buffer. */
  public int bytes(Protocol protocol) {
    return switch (protocol) {
      case LL -> llBytes;
      case LL128 -> ll128Bytes;
      case SIMPLE -> simpleBytes;
    };
  }

  /** Most threads of a block. */
  public int threads(Protocol protocol) {
    return protocol == Protocol.LL128 ? ll128Threads : threads;
  }
}
