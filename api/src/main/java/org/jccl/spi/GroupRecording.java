package org.jccl.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Stream;
import org.jccl.ops.CallArguments;
import org.jccl.ops.KernelCalls;
import org.jccl.ops.NcclFunction;
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

    /**
     * The body of a group has thrown: its calls are given up, and other ranks may wait for them.
     *
     * @param calls the recorded calls, which are not issued
     * @param why what the body threw
     */
    default void givenUp(GroupRecording calls, Throwable why) {}
  }

  /** Before the first call: the start of the native group. */
  static final int START = -1;

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

  /** Whether its end was reached: what fails there is not the body's. */
  private boolean isIssued;

  private boolean isLeftToOthers;

  /** The call that the library is in, {@link #START}, or the size for the end; for messages. */
  private int reached;

  private int size;
  private final List<CallArguments> calls = new ArrayList<>();
  private CommunicatorBase[] communicators = new CommunicatorBase[16];
  private Stream[] streams = new Stream[16];

  /** Which calls own kernels carry out; the library is not given those. */
  private boolean[] inKernels = new boolean[16];

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
      recording.isIssued = false;
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
    if (issuer != null && complete(issuer, true)) {
      for (int i = 0; i < size; i++) {
        communicators[i].countInGroup(calls.get(i));
      }
    }
  }

  /** The same with another end than issuing; whether that was reached. */
  boolean complete(Issuer end) {
    return complete(end, false);
  }

  /**
   * {@code isTheirs}: the communicators are told, so that a call that hangs is known to be theirs.
   */
  private boolean complete(Issuer end, boolean isTheirs) {
    if (depth > 1) {
      return false;
    }
    if (poison != null) {
      throw new IllegalStateException(
          "nothing of this group was issued: a call inside it failed (GRP-11): "
              + poison.getMessage(),
          poison);
    }
    isIssued = true;
    if (size > 0 && isTheirs) {
      issue(end);
    } else if (size > 0) {
      end.issue(this);
    }
    return true;
  }

  private void issue(Issuer end) {
    for (int i = 0; i < size; i++) {
      communicators[i].isUnderWay(calls.get(i));
    }
    try {
      end.issue(this);
    } finally {
      for (int i = 0; i < size; i++) {
        communicators[i].isUnderWayNoMore();
      }
    }
  }

  /** Leaves the innermost group; without {@link #complete} before it, nothing is issued. */
  void leave() {
    depth--;
    if (depth == 0) {
      if (poison != null && issuer != null && !isIssued) {
        issuer.givenUp(this, poison);
      }
      poison = null;
      if (isLeftToOthers) {
        OF_THREAD.remove();
      } else {
        Arrays.fill(communicators, 0, size, null);
        Arrays.fill(streams, 0, size, null);
      }
      size = 0;
      issuer = null;
      OPEN.decrementAndGet();
      runAfterwards();
    }
  }

  /** The library is given the call with this number, the start, or the end after the last. */
  void reaches(int call) {
    reached = call;
  }

  /** {@return the function that the library is in} */
  String inside() {
    int at = reached;
    if (at == START) {
      return NcclFunction.GROUP_START.symbol();
    }
    return at < calls.size() && at < size
        ? calls.get(at).function().symbol()
        : NcclFunction.GROUP_END.symbol();
  }

  /** A thread that was given up may still issue these calls: nobody records over them. */
  void leaveToOthers() {
    isLeftToOthers = true;
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

  /** Records one more call; its arguments are what the caller sets. */
  CallArguments add(CommunicatorBase communicator, Stream stream) {
    if (size == calls.size()) {
      calls.add(new CallArguments());
    }
    if (size == streams.length) {
      communicators = Arrays.copyOf(communicators, size * 2);
      streams = Arrays.copyOf(streams, size * 2);
      inKernels = Arrays.copyOf(inKernels, size * 2);
    }
    communicators[size] = communicator;
    streams[size] = stream;
    inKernels[size] = false;
    return calls.get(size++);
  }

  /**
   * {@return whether call {@code i} is the only collective of its communicator here (KRN-02)} Ranks
   * may group calls of other communicators, and messages, differently.
   */
  boolean isOnlyCollective(int i) {
    for (int other = 0; other < size; other++) {
      if (other != i
          && communicators[other] == communicators[i]
          && KernelCalls.isCollective(calls.get(other))) {
        return false;
      }
    }
    return true;
  }

  /** An own kernel carries out call {@code i}. */
  void runsInKernel(int i) {
    inKernels[i] = true;
  }

  /** {@return whether an own kernel carries out call {@code i}} */
  boolean isInKernel(int i) {
    return inKernels[i];
  }

  /** Whether a recorded call of {@code communicator} sends from {@code address}. */
  boolean sends(CommunicatorBase communicator, long address) {
    for (int i = 0; i < size; i++) {
      if (communicators[i] == communicator && calls.get(i).send() == address) {
        return true;
      }
    }
    return false;
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
   * {@return the arguments of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public CallArguments call(int i) {
    return calls.get(i);
  }

  /**
   * {@return the stream of call {@code i}}
   *
   * @param i number of the call, from 0
   */
  public Stream stream(int i) {
    return streams[i];
  }
}
