package org.jccl.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CallListener;
import org.jccl.CallMemory;
import org.jccl.CleanText;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jspecify.annotations.Nullable;

/**
 * The last calls of one rank's end of a communicator. Columns in arrays, made once: a call
 * allocates nothing and takes no lock.
 *
 * <p>One thread writes. Others may read at any time; a reader leaves out what was overwritten while
 * it read.
 */
final class CallRing implements CallListener {
  private static final int STATE = 3;
  private static final int MESSAGE = 1 << 2;
  private static final int PREPARED = 1 << 3;
  private static final int OWN_KERNEL = 1 << 4;
  private static final int MEMORY_SHIFT = 5;
  private static final CallMemory[] MEMORIES = CallMemory.values();
  private static final VarHandle BEGUN = field("begun");
  private static final VarHandle CLAIMED = field("claimed");
  private static final VarHandle COLLECTIVES = field("collectives");
  private static final VarHandle MESSAGES = field("messages");

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(CallRing.class, name, long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final FlightRecorder owner;
  private final Endpoint where;
  private final @Nullable CallSites lines;
  private final int mask;

  private final long[] numbers;
  private final long[] counts;
  private final long[] bytes;
  private final long[] streams;
  private final long[] times;
  private final int[] groups;
  private final long[] batches;
  private final int[] reductions;
  private final int[] ranks;
  private final int[] states; // the state's ordinal, and what does not change
  private final String[] operations;
  private final String[] methods;
  private final @Nullable DataType[] types;
  private final @Nullable String[] sites;

  /**
   * How many calls were begun, ever; those that are answered are told in the same order. Written by
   * one thread: ordered stores are enough, a full fence would be most of what a call costs.
   */
  @SuppressWarnings("UnusedVariable") // by its handle
  private long begun;

  /** The same, counted before anything of a call is written. */
  @SuppressWarnings("UnusedVariable") // by its handle
  private long claimed;

  private long begunHere;
  private long answered;

  /** How many calls and groups were begun: what is begun before anything is answered is a group. */
  private long batch;

  @SuppressWarnings("UnusedVariable") // by its handle
  private long collectives;

  @SuppressWarnings("UnusedVariable") // by its handle
  private long messages;

  private volatile boolean isClosed;
  private volatile boolean isAborted;

  CallRing(FlightRecorder owner, Endpoint where, int capacity, boolean keepsLines) {
    this.owner = owner;
    this.where = where;
    this.lines = keepsLines ? new CallSites() : null;
    this.mask = capacity - 1;
    numbers = new long[capacity];
    counts = new long[capacity];
    bytes = new long[capacity];
    streams = new long[capacity];
    times = new long[capacity];
    groups = new int[capacity];
    batches = new long[capacity];
    reductions = new int[capacity];
    ranks = new int[capacity];
    states = new int[capacity];
    operations = new String[capacity];
    methods = new String[capacity];
    types = new DataType[capacity];
    sites = new String[capacity];
  }

  @Override
  public void before(IssuedCall call) {
    long next = begunHere + 1;
    CLAIMED.setOpaque(this, next);
    VarHandle.storeStoreFence();
    int at = (int) begunHere & mask;
    numbers[at] = call.number();
    counts[at] = call.count();
    bytes[at] = call.bytes();
    streams[at] = call.streamHandle();
    groups[at] = call.groupSize();
    batch += begunHere == answered ? 1 : 0;
    batches[at] = batch;
    reductions[at] = call.reduction();
    ranks[at] = call.rootOrPeer();
    operations[at] = call.operation();
    methods[at] = call.method();
    types[at] = call.type();
    sites[at] = lines == null ? null : lines.of(call);
    states[at] =
        CallRecord.State.ISSUING.ordinal()
            | (call.isMessage() ? MESSAGE : 0)
            | (call.isPrepared() ? PREPARED : 0)
            | (call.isOwnKernel() ? OWN_KERNEL : 0)
            | (call.memory().ordinal() << MEMORY_SHIFT);
    times[at] = System.nanoTime();
    begunHere = next;
    BEGUN.setRelease(this, next);
  }

  @Override
  public void after(IssuedCall call) {
    answer(CallRecord.State.ENQUEUED);
    if (call.isMessage()) {
      MESSAGES.setOpaque(this, call.number() + 1);
    } else {
      COLLECTIVES.setOpaque(this, call.number() + 1);
    }
  }

  @Override
  public void failed(IssuedCall call, Throwable failure) {
    answer(CallRecord.State.FAILED);
    owner.happened(where + ", " + call.method() + ": " + firstLine(failure));
  }

  /** A report has many lines; its first one says what happened. */
  private static String firstLine(Throwable failure) {
    return CleanText.of(failure).lines().findFirst().orElse("");
  }

  /** Calls are answered in the order in which they were begun. */
  private void answer(CallRecord.State state) {
    int at = (int) answered & mask;
    states[at] = (states[at] & ~STATE) | state.ordinal();
    answered++;
  }

  @Override
  public void aborted() {
    isAborted = true;
    owner.happened(where + " was aborted");
  }

  @Override
  public void closed() {
    isClosed = true;
    owner.closed(this);
  }

  Endpoint where() {
    return where;
  }

  boolean isClosed() {
    return isClosed;
  }

  boolean isAborted() {
    return isAborted;
  }

  long collectives() {
    return (long) COLLECTIVES.getOpaque(this);
  }

  long messages() {
    return (long) MESSAGES.getOpaque(this);
  }

  /** The calls that are kept, oldest first. */
  List<CallRecord> records() {
    long end = (long) BEGUN.getAcquire(this);
    long first = Math.max(0, end - numbers.length);
    long now = System.nanoTime();
    List<CallRecord> found = new ArrayList<>((int) (end - first));
    for (long i = first; i < end; i++) {
      found.add(record((int) i & mask, now));
    }
    // What the writer has reached meanwhile may be torn: it is left out.
    VarHandle.loadLoadFence();
    long torn = Math.min(end, (long) CLAIMED.getOpaque(this) - numbers.length) - first;
    return torn <= 0 ? found : found.subList((int) torn, found.size());
  }

  private CallRecord record(int at, long now) {
    int state = states[at];
    return new CallRecord(
        numbers[at],
        (state & MESSAGE) != 0,
        operations[at],
        methods[at],
        types[at],
        reductions[at],
        ranks[at],
        counts[at],
        bytes[at],
        groups[at],
        batches[at],
        streams[at],
        now - times[at],
        CallRecord.State.values()[state & STATE],
        sites[at],
        MEMORIES[state >> MEMORY_SHIFT],
        (state & OWN_KERNEL) != 0,
        (state & PREPARED) != 0);
  }
}
