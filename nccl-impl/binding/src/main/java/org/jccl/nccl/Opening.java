package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.CommunicatorConfig;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.spi.ConfigStruct;

/**
 * Creates the native communicators of one or several ranks of this process: one by one call,
 * several in one native group (INIT-03).
 *
 * <p>It happens on the first rank's own thread, since creation waits for the other ranks and knows
 * no time-out (INIT-02). When ours runs out, the call goes on without us; what it makes in the end
 * is aborted at once. A nonblocking creation returns before it has ended: the communicator is
 * opening then (INIT-17).
 */
final class Opening {
  private final List<NcclCommunicator> ranks;
  private final NcclCommunicator first;
  private final NcclBinding nccl;
  private final Duration timeout;
  private final MemorySegment ids;
  private final int idCount;
  private final MemorySegment[] configs;

  /** One slot a rank for the handle: zeroed, since NCCL may leave it untouched (INIT-05). */
  private final MemorySegment handles;

  private boolean abandoned;
  private boolean finished;

  private Opening(List<NcclCommunicator> ranks, List<UniqueId> ids, CommunicatorConfig config) {
    this.ranks = ranks;
    this.first = ranks.getFirst();
    this.nccl = first.nccl();
    this.timeout = config.initTimeout();
    Arena arena = first.arena();
    this.idCount = ids.size();
    this.ids = arena.allocate((long) UniqueId.BYTES * idCount);
    for (int i = 0; i < idCount; i++) {
      this.ids
          .asSlice((long) UniqueId.BYTES * i, UniqueId.BYTES)
          .copyFrom(MemorySegment.ofArray(ids.get(i).toBytes()));
    }
    this.handles = arena.allocate(JAVA_LONG, ranks.size());
    this.configs = new MemorySegment[ranks.size()];
    for (int i = 0; i < configs.length; i++) {
      configs[i] = ConfigStruct.write(config, nccl.library().version(), ranks.get(i).arena());
    }
  }

  /**
   * Opens {@code ranks}, all of one communicator.
   *
   * @throws CollectiveException if creation failed or ran out of time
   */
  static void open(List<NcclCommunicator> ranks, List<UniqueId> ids, CommunicatorConfig config) {
    Opening opening = null;
    boolean opened = false;
    try {
      opening = new Opening(ranks, ids, config);
      opening.run();
      for (int i = 0; i < ranks.size(); i++) {
        ranks.get(i).handleArrived(opening.handle(i));
      }
      opened = true;
    } finally {
      if (!opened) {
        // A call that goes on still uses the memory.
        boolean unused = opening == null || !opening.isAbandoned();
        ranks.forEach(rank -> rank.release(unused));
      }
    }
  }

  private long handle(int i) {
    return handles.getAtIndex(JAVA_LONG, i);
  }

  private void run() {
    int[] code = {0};
    try {
      NativeThread.Ending ending =
          first.thread().callWithin(timeout, "creation of " + first.name(), this::create, code);
      if (ending == NativeThread.Ending.TOO_LATE && abandon()) {
        throw late();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      if (abandon()) {
        throw new CollectiveException(
            ResultCode.UNKNOWN, who() + ": interrupted while the other ranks were awaited");
      }
    }
    if (!NcclCalls.good(code[0])) {
      throw first.failure(code[0], "creation");
    }
  }

  /** Lets the call go on alone; false if it has come to its end meanwhile. */
  private synchronized boolean abandon() {
    abandoned = !finished;
    return abandoned;
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  private synchronized boolean finish() {
    finished = !abandoned;
    return finished;
  }

  /** On the first rank's thread. */
  private int create() {
    // Once before the group: a device that fails inside it would leave a group that waits for ever.
    ranks.forEach(rank -> rank.device().makeCurrent());
    int code = ranks.size() == 1 ? join(0) : joinAll();
    if (!NcclCalls.good(code) || !finish()) {
      abortAll();
    }
    return code;
  }

  private int join(int i) {
    NcclCommunicator rank = ranks.get(i);
    rank.device().makeCurrent(); // The rank is bound to the device current now (INIT-01).
    MemorySegment slot = handles.asSlice(i * JAVA_LONG.byteSize(), JAVA_LONG);
    return idCount == 1
        ? nccl.commInitRankConfig(slot, rank.worldSize(), ids, rank.rank(), configs[i])
        : nccl.commInitRankScalable(slot, rank.worldSize(), rank.rank(), idCount, ids, configs[i]);
  }

  private int joinAll() {
    int code = nccl.groupStart();
    for (int i = 0; NcclCalls.good(code) && i < ranks.size(); i++) {
      code = join(i);
    }
    int end = nccl.groupEnd();
    return NcclCalls.good(code) ? end : code;
  }

  /** A handle that creation left behind can only be aborted (INIT-18). */
  private void abortAll() {
    for (int i = 0; i < ranks.size(); i++) {
      if (handle(i) != 0) {
        nccl.commAbort(handle(i));
      }
    }
  }

  private String who() {
    return first.name() + ", rank " + first.rank() + "/" + first.worldSize();
  }

  private CollectiveTimeoutException late() {
    return new CollectiveTimeoutException(
        who()
            + ": creation took longer than initTimeout "
            + timeout
            + ". A rank is late or missing: all "
            + first.worldSize()
            + " must open with the same unique id and be able to reach rank 0's host (set"
            + " NCCL_SOCKET_IFNAME where the wrong network is taken, NCCL_DEBUG=INFO shows it)."
            + " The native call cannot be taken back and waits on in the background.");
  }
}
