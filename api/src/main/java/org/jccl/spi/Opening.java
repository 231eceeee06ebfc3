package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Creates the library's communicators of one or several ranks of this process: one by one call,
 * several in one native group (INIT-03).
 *
 * <p>Creation waits for the other ranks and knows no time-out (INIT-02), so it goes by the first
 * rank's {@link CallPath}. When our time runs out, the call goes on without us; what it makes in
 * the end is aborted at once. A nonblocking creation returns before it has ended: the communicator
 * is opening then (INIT-17).
 */
final class Opening {
  /** How long the report of a creation that is late waits for what other ranks say. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final List<LibraryCommunicator> ranks;
  private final LibraryCommunicator first;
  private final NcclAbi abi;
  private final MemorySegment ids;
  private final int idCount;
  private final MemorySegment[] configs;

  /** One slot a rank for the handle: zeroed, since NCCL may leave it untouched (INIT-05). */
  private final MemorySegment handles;

  private boolean abandoned;
  private boolean finished;

  /** The function that the library is in, for messages. */
  private volatile String inside = "ncclCommInitRankConfig";

  private Opening(List<LibraryCommunicator> ranks, List<UniqueId> ids) {
    this.ranks = ranks;
    this.first = ranks.getFirst();
    this.abi = first.abi();
    SegmentAllocator memory = first.path().memory();
    this.idCount = ids.size();
    this.ids = memory.allocate((long) UniqueId.BYTES * idCount);
    for (int i = 0; i < idCount; i++) {
      this.ids
          .asSlice((long) UniqueId.BYTES * i, UniqueId.BYTES)
          .copyFrom(MemorySegment.ofArray(ids.get(i).toBytes()));
    }
    this.handles = memory.allocate(JAVA_LONG, ranks.size());
    this.configs = new MemorySegment[ranks.size()];
    for (int i = 0; i < configs.length; i++) {
      configs[i] = ConfigStruct.write(first.tuned().of(first.config()), first.version(), memory);
    }
  }

  /**
   * Opens {@code ranks}, all of one communicator.
   *
   * @throws CollectiveException if creation failed or ran out of time
   */
  static void open(List<LibraryCommunicator> ranks, List<UniqueId> ids) {
    open(ranks, ids, null);
  }

  /** The same for the members of a group, of whose deaths one hears while the library waits. */
  static void open(
      List<LibraryCommunicator> ranks, List<UniqueId> ids, @Nullable ProcessGroup group) {
    boolean opened = false;
    try {
      ranks.forEach(rank -> rank.comesFrom(group));
      Opening opening = new Opening(ranks, ids);
      opening.run();
      for (int i = 0; i < ranks.size(); i++) {
        ranks.get(i).arrived(opening.handle(i), opening);
      }
      opened = true;
    } finally {
      if (!opened) {
        ranks.forEach(LibraryCommunicator::release);
      }
    }
  }

  private long handle(int i) {
    return handles.getAtIndex(JAVA_LONG, i);
  }

  private void run() {
    String named = HexFormat.of().formatHex(ids.toArray(JAVA_BYTE));
    ranks.forEach(rank -> rank.joinKernels(named, 0, rank.rank()));
    ranks.forEach(rank -> rank.job().isIn(() -> inside));
    TimeLimit limit = first.config().initLimit();
    OptionalInt code = OptionalInt.empty();
    try {
      String what = "creation of " + first.name();
      code = first.path().callWithin(what, limit, first.job().lostWhile(limit), this::create);
      if (code.isEmpty() && abandon()) {
        throw first.job().lostMember().map(this::hopeless).orElseGet(() -> late(limit, null));
      }
    } catch (CollectiveTimeoutException givenUp) {
      throw late(limit, givenUp);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      if (abandon()) {
        throw new CollectiveException(
            ResultCode.UNKNOWN, first.who() + ": interrupted while the other ranks were awaited");
      }
    }
    if (code.isPresent() && !NcclAbi.isGood(code.getAsInt())) {
      throw first.creationFailure(code.getAsInt());
    }
  }

  /** Lets the call go on alone; false if it has come to its end meanwhile. */
  private synchronized boolean abandon() {
    abandoned = !finished;
    return abandoned;
  }

  private synchronized boolean finish() {
    finished = !abandoned;
    return finished;
  }

  /** Where the library waits. */
  private int create() {
    boolean made = false;
    try {
      // Once before the group: a device that fails inside it would leave a group that waits on.
      ranks.forEach(rank -> rank.device().makeCurrent());
      int code = ranks.size() == 1 ? join(0) : joinAll();
      made = NcclAbi.isGood(code) && finish();
      return code;
    } finally {
      if (!made) { // also when a simulator reports that a rank is missing (INIT-02)
        abortAll();
      }
    }
  }

  private int join(int i) {
    LibraryCommunicator rank = ranks.get(i);
    inside = idCount == 1 ? "ncclCommInitRankConfig" : "ncclCommInitRankScalable";
    rank.device().makeCurrent(); // The rank is bound to the device current now (INIT-01).
    MemorySegment slot = handles.asSlice(i * JAVA_LONG.byteSize(), JAVA_LONG);
    return idCount == 1
        ? abi.commInitRankConfig(slot, rank.worldSize(), ids, rank.rank(), configs[i])
        : abi.commInitRankScalable(slot, rank.worldSize(), rank.rank(), idCount, ids, configs[i]);
  }

  private int joinAll() {
    inside = "ncclGroupStart";
    int code = abi.groupStart();
    if (!NcclAbi.isGood(code)) {
      return code; // there is no group to end
    }
    for (int i = 0; NcclAbi.isGood(code) && i < ranks.size(); i++) {
      code = join(i);
    }
    inside = "ncclGroupEnd";
    int end = abi.groupEnd();
    return NcclAbi.isGood(code) ? end : code;
  }

  /** A handle that creation left behind can only be aborted (INIT-18). */
  private void abortAll() {
    for (int i = 0; i < ranks.size(); i++) {
      if (handle(i) != 0) {
        abi.commAbort(handle(i));
      }
    }
  }

  /** A rank has died, for which the library would wait for ever. */
  private CollectiveException hopeless(String lost) {
    return new CollectiveException(
        ResultCode.REMOTE_ERROR,
        first.who()
            + ": creation was given up: "
            + lost
            + ". "
            + inside
            + " has not come back; it cannot be taken back and waits on in the background");
  }

  private CollectiveException late(TimeLimit limit, @Nullable CollectiveTimeoutException givenUp) {
    return new CollectiveTimeoutException(
        first.who()
            + ": creation took longer than initTimeout "
            + limit
            + (givenUp == null ? ": " + inside + " has not come back" : ": " + givenUp.getMessage())
            + first.job().wordsOfOthers("", PATIENCE)
            + ". A rank is late or missing: all "
            + first.worldSize()
            + " must open with the same unique id"
            + (givenUp == null
                ? " and be able to reach rank 0's host (set NCCL_SOCKET_IFNAME where the wrong"
                    + " network is taken, NCCL_DEBUG=INFO shows it). The native call cannot be"
                    + " taken back and waits on in the background."
                : "."),
        givenUp);
  }
}
