package org.jccl.process;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;

/** What the members of every kind of group share: arguments, counting of calls, one-thread use. */
abstract class ProcessGroupBase implements ProcessGroup {
  /** Most bytes of one rank's message: objects of a program, and still no data of its own. */
  static final int MAX_PAYLOAD = 64 << 20;

  /** Most members of a group: more would be a mistake, and sizes come from outside. */
  static final int MAX_WORLD = 1 << 20;

  private static final byte[] NOTHING = {};

  private final int rank;
  private final int worldSize;
  private final Duration timeout;

  /** Which part of a group it is; empty for a whole one. */
  private final String part;

  private final long partId;
  private final AtomicBoolean inside = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private long position;

  ProcessGroupBase(int rank, int worldSize, Duration timeout) {
    this(rank, worldSize, timeout, "");
  }

  /** A part of another group; no name: a whole group. */
  ProcessGroupBase(int rank, int worldSize, Duration timeout, String part) {
    this.rank = rank;
    this.worldSize = worldSize;
    this.timeout = timeout;
    this.part = part;
    this.partId = GroupParts.id(part);
  }

  /** Comes to a call and waits until everyone has. */
  abstract List<byte[]> exchange(ControlCall call, byte[] payload, Duration limit);

  /** Tells the others that this member has no memory for a call. */
  abstract void outOfMemory(ControlCall call);

  /** Tells the others that this member will not come any more. Called once. */
  abstract void leave();

  static int requireWorldSize(int worldSize) {
    if (worldSize < 1) {
      throw new IllegalArgumentException(
          "process group: world size " + worldSize + " is not positive");
    }
    if (worldSize > MAX_WORLD) {
      throw new IllegalArgumentException(
          "process group: world size " + worldSize + " is too large: at most " + MAX_WORLD);
    }
    return worldSize;
  }

  /** A positive time-out, cut to what counts in nanoseconds. */
  static Duration requireTimeout(Duration timeout) {
    return TimeLimit.of(timeout, "process group: time-out").duration();
  }

  @Override
  public final int rank() {
    return rank;
  }

  @Override
  public final int worldSize() {
    return worldSize;
  }

  final Duration timeout() {
    return timeout;
  }

  @Override
  public final byte[] broadcast(byte[] payload, int root) {
    requireRoot("broadcast", root);
    byte[] own = rank == root ? checked("broadcast", payload) : NOTHING;
    return call(ControlOperation.BROADCAST, root, own, timeout).getFirst();
  }

  @Override
  public final List<byte[]> allGather(byte[] payload) {
    return call(ControlOperation.ALL_GATHER, 0, checked("all_gather", payload), timeout);
  }

  @Override
  public final List<byte[]> gather(byte[] payload, int root) {
    requireRoot("gather", root);
    List<byte[]> all = call(ControlOperation.GATHER, root, checked("gather", payload), timeout);
    return rank == root ? all : List.of();
  }

  @Override
  public final void barrier(Duration limit) {
    call(ControlOperation.BARRIER, 0, NOTHING, requireTimeout(limit));
  }

  /** The call that makes the group: everybody is there. */
  final void join(Duration limit) {
    call(ControlOperation.JOIN, 0, NOTHING, limit);
  }

  private List<byte[]> call(ControlOperation operation, int root, byte[] payload, Duration limit) {
    if (closed.get()) {
      throw new IllegalStateException(who() + operation.label() + ": the process group is closed");
    }
    if (!inside.compareAndSet(false, true)) {
      throw new IllegalStateException(
          who()
              + operation.label()
              + ": another thread is inside; a member is used by one at a time");
    }
    try {
      // Joining is not counted, so that positions are the same in every kind of group.
      long number = operation == ControlOperation.JOIN ? 0 : position++;
      ControlCall call = new ControlCall(operation, root, number, partId);
      try {
        return exchange(call, payload.clone(), limit);
      } catch (OutOfMemoryError full) {
        outOfMemory(call);
        throw full;
      }
    } finally {
      inside.set(false);
    }
  }

  private void requireRoot(String what, int root) {
    if (root < 0 || root >= worldSize) {
      throw new IllegalArgumentException(
          who() + what + ": root " + root + " is not a rank: pass 0 to " + (worldSize - 1));
    }
  }

  private byte[] checked(String what, byte[] payload) {
    Objects.requireNonNull(payload, () -> who() + what + ": the payload is null");
    if (payload.length > MAX_PAYLOAD) {
      throw new IllegalArgumentException(
          who() + what + ": payload of " + payload.length + " bytes, at most " + MAX_PAYLOAD);
    }
    return payload;
  }

  /** The failure of a wait that was interrupted; the thread keeps its mark. */
  final CollectiveException interrupted(ControlCall call, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new CollectiveException(
        ResultCode.UNKNOWN, who() + call + ": interrupted while waiting for the others", cause);
  }

  /** The head of every message. */
  final String who() {
    return "process group" + of() + ", rank " + rank + "/" + worldSize + ", ";
  }

  private String of() {
    return part.isEmpty() ? "" : " of " + part;
  }

  /** The number of its part; {@link GroupParts#WHOLE} of a whole group. */
  final long partId() {
    return partId;
  }

  /** The name of a part of it among the parts of the whole group. */
  final String nameOfPart(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(who() + "part: a part needs a name");
    }
    return part.isEmpty() ? name : part + "/" + name;
  }

  /** The rank and the size of a part, if they can be. */
  final void checkPart(int partRank, int size) {
    if (size < 1 || size > MAX_WORLD || partRank < 0 || partRank >= size) {
      throw new IllegalArgumentException(
          who() + "part: rank " + partRank + " of " + size + " cannot be");
    }
    if (closed.get()) {
      throw new IllegalStateException(who() + "part: the process group is closed");
    }
  }

  @Override
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      leave();
    }
  }

  @Override
  public final String toString() {
    return "process group"
        + of()
        + " rank "
        + rank
        + "/"
        + worldSize
        + (closed.get() ? " (closed)" : "");
  }
}
