package org.jccl.sim.algo;

import org.jccl.ops.Protocol;

/**
 * Sizes that decide how a call is cut (section 2.1 of the numerics reference): those of NCCL, or
 * what its variables say.
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
