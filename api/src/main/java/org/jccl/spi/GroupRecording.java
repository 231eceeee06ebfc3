package org.jccl.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one outermost group, recorded by one thread and issued together when its body has
 * returned (rules GRP-03, GRP-04, GRP-11). One per thread, reused: recording allocates nothing once
 * the arrays have grown.
 *
 * <p>No native group is open while user code runs; NCCL's thread-bound group state is entered and
 * left inside {@link Issuer#issue}.
 */
public final class GroupRecording {
  /** The backend's end: issues a finished recording in one native sequence. */
  public interface Issuer {
    /**
     * Issues the calls in order as one group. Throws what the group fails with.
     *
     * @param calls the recorded calls
     */
    void issue(GroupRecording calls);
  }

  private static final ThreadLocal<GroupRecording> OF_THREAD =
      ThreadLocal.withInitial(GroupRecording::new);

  /**
   * Number of open recordings in the process: while it is 0, as mostly, {@link #current} needs no
   * thread-local look-up. A thread always sees its own increments.
   */
  private static final AtomicInteger OPEN = new AtomicInteger();

  private @Nullable Issuer issuer;
  private int depth;
  private long serial;
  private @Nullable Throwable poison;
  private int size;
  private CommunicatorBase[] communicators = new CommunicatorBase[16];
  private Operation[] operations = new Operation[16];
  private Stream[] streams = new Stream[16];
  private long[] sends = new long[16];
  private long[] recvs = new long[16];
  private long[] counts = new long[16];
  private int[] types = new int[16];
  private int[] reductions = new int[16];
  private int[] peers = new int[16];
  private final List<Runnable> afterwards = new ArrayList<>();

  private GroupRecording() {}

  /** {@return the calling thread's open recording, or null} */
  public static @Nullable GroupRecording current() {
    if (OPEN.get() == 0) {
      return null;
    }
    GroupRecording recording = OF_THREAD.get();
    return recording.depth > 0 ? recording : null;
  }

  /** Opens a group on the calling thread, or joins the one that is open. */
  static GroupRecording enter(Issuer issuer) {
    GroupRecording recording = OF_THREAD.get();
    if (recording.depth == 0) {
      recording.issuer = issuer;
      recording.serial++;
      recording.poison = null;
      recording.size = 0;
      OPEN.incrementAndGet();
    } else if (recording.issuer != issuer) {
      throw new IllegalArgumentException(
          "a group cannot span two backends: end the outer one first");
    }
    recording.depth++;
    return recording;
  }

  /** One call or inner body failed: the outermost group will issue nothing (rule GRP-11). */
  void poison(Throwable cause) {
    if (poison == null) {
      poison = cause;
    }
  }

  /** The body of the innermost group has returned normally: the outermost one issues. */
  void complete() {
    if (issuer != null) {
      complete(issuer);
    }
  }

  /** The same with another end than issuing. */
  void complete(Issuer end) {
    if (depth > 1) {
      return;
    }
    if (poison != null) {
      throw new IllegalStateException(
          "nothing of this group was issued: a call inside it failed (GRP-11): "
              + poison.getMessage(),
          poison);
    }
    if (size > 0) {
      end.issue(this);
    }
  }

  /** Leaves the innermost group; without {@link #complete} before it, nothing is issued. */
  void leave() {
    depth--;
    if (depth == 0) {
      poison = null;
      Arrays.fill(communicators, 0, size, null);
      Arrays.fill(streams, 0, size, null);
      size = 0;
      issuer = null;
      OPEN.decrementAndGet();
      runAfterwards();
    }
  }

  /**
   * Something that recorded calls still use is released when the outermost group has been issued or
   * given up (rule PMS-07).
   */
  private void afterwards(Runnable release) {
    afterwards.add(release);
  }

  /**
   * Runs {@code release} at once, or after the calling thread's open group (rule PMS-07).
   *
   * @param release what runs afterwards
   */
  public static void whenIssued(Runnable release) {
    GroupRecording group = current();
    if (group == null) {
      release.run();
    } else {
      group.afterwards(release);
    }
  }

  private void runAfterwards() {
    if (!afterwards.isEmpty()) {
      List<Runnable> releases = List.copyOf(afterwards);
      afterwards.clear();
      releases.forEach(Runnable::run);
    }
  }

  /** Number of this outermost group among those of its thread: no two have the same. */
  long serial() {
    return serial;
  }

  /** Whether this group issues to {@code candidate}. */
  boolean issuesTo(Issuer candidate) {
    return issuer == candidate;
  }

  void add(
      CommunicatorBase communicator,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int peer,
      Stream stream) {
    if (size == operations.length) {
      grow();
    }
    communicators[size] = communicator;
    operations[size] = operation;
    streams[size] = stream;
    sends[size] = send;
    recvs[size] = recv;
    counts[size] = count;
    types[size] = type;
    reductions[size] = reduction;
    peers[size] = peer;
    size++;
  }

  /** Whether a recorded call of {@code communicator} sends from {@code address}. */
  boolean sends(CommunicatorBase communicator, long address) {
    for (int i = 0; i < size; i++) {
      if (communicators[i] == communicator && sends[i] == address) {
        return true;
      }
    }
    return false;
  }

  private void grow() {
    int capacity = size * 2;
    communicators = Arrays.copyOf(communicators, capacity);
    operations = Arrays.copyOf(operations, capacity);
    streams = Arrays.copyOf(streams, capacity);
    sends = Arrays.copyOf(sends, capacity);
    recvs = Arrays.copyOf(recvs, capacity);
    counts = Arrays.copyOf(counts, capacity);
    types = Arrays.copyOf(types, capacity);
    reductions = Arrays.copyOf(reductions, capacity);
    peers = Arrays.copyOf(peers, capacity);
  }

  /** {@return the number of recorded calls} */
  public int size() {
    return size;
  }

  /**
   * {@return the communicator of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public CommunicatorBase communicator(int i) {
    return communicators[i];
  }

  /**
   * {@return the operation of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public Operation operation(int i) {
    return operations[i];
  }

  /**
   * {@return the stream of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public Stream stream(int i) {
    return streams[i];
  }

  /**
   * {@return the address of the send buffer of call {@code i}, or 0}
   *
   * @param i number of the call, from 0
   */
  public long send(int i) {
    return sends[i];
  }

  /**
   * {@return the address of the receive buffer of call {@code i}, or 0}
   *
   * @param i number of the call, from 0
   */
  public long recv(int i) {
    return recvs[i];
  }

  /**
   * {@return NCCL's count argument of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public long count(int i) {
    return counts[i];
  }

  /**
   * {@return NCCL's type code of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public int type(int i) {
    return types[i];
  }

  /**
   * {@return NCCL's reduction code of call {@code i}, or 0}
   *
   * @param i number of the call, from 0
   */
  public int reduction(int i) {
    return reductions[i];
  }

  /**
   * Root or peer of call {@code i}, or 0.
   *
   * @param i number of the call, from 0
   * @return 0 if there is none
   */
  public int rootOrPeer(int i) {
    return peers[i];
  }
}
