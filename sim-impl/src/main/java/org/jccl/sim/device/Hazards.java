package org.jccl.sim.device;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.MisuseKind;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.HappensBefore.ClockLane;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The memory that work uses: finds memory that is freed too early (SIM-29) and work on the same
 * memory that nothing orders (SIM-28).
 *
 * <p>When work starts it is compared with what has used the same memory before, by the clocks of
 * {@link HappensBefore}: so a race is found in every schedule, also where the work was not in
 * flight at the same time.
 */
public final class Hazards {
  private final DeviceContext context;
  private final boolean checking;

  /** Work in flight, in the order in which it was enqueued: a list through the work itself. */
  private @Nullable StreamOp oldest;

  private @Nullable StreamOp youngest;

  private final History history = new History();

  /**
   * The only piece of the work that was looked at last. When it comes again, as in a loop, and
   * nothing else has used the device's memory meanwhile, all is as it was.
   */
  private @Nullable Accessor last;

  Hazards(DeviceContext context) {
    this.context = context;
    this.checking = context.simulation().isChecking();
  }

  void enqueued(StreamOp op) {
    if (checking && op.usesMemory()) {
      StreamOp last = youngest;
      op.inFlight = true;
      op.before = last;
      youngest = op;
      if (last == null) {
        oldest = op;
      } else {
        last.after = op;
      }
    }
  }

  void finished(StreamOp op) {
    if (!op.inFlight) {
      return;
    }
    op.inFlight = false;
    StreamOp before = op.before;
    StreamOp after = op.after;
    op.before = null;
    op.after = null;
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      youngest = before;
    } else {
      after.before = before;
    }
  }

  /** The memory of a range ends: who gets it next has nothing to do with its past. */
  void forget(long start, long end) {
    last = null;
    history.forget(start, end);
  }

  /** Looks for work that conflicts with {@code op}, which starts now, and is not ordered before. */
  void check(StreamOp op) {
    if (!checking || !op.usesMemory()) {
      return;
    }
    Accessor first = op.usesNow();
    if (first == null || first == last) {
      return;
    }
    last = first.next() == null ? first : null;
    Clock known = op.stream().known();
    for (Accessor each = first; each != null; each = each.next()) {
      for (Access now = each.accesses(); now != null; now = now.next()) {
        Access before = history.add(now, known);
        if (before != null) {
          report(before, now);
        }
      }
    }
  }

  /**
   * Work that was enqueued before {@code reader}, writes a range and has not run: since both are in
   * flight nothing orders them, and what the reader finds is no memory that nobody writes. What is
   * to be reported then, or null.
   */
  @Nullable ReportBuilder writtenTooLate(StreamOp reader, long start, long end) {
    Access read = reader.use(start, end);
    for (StreamOp op = reader.before; op != null && read != null; op = op.before) {
      Access write = op.use(start, end);
      if (write != null && write.writes()) {
        return race(write, read);
      }
    }
    return null;
  }

  /** Another rank puts data there, and knows {@code known} to be done: what it races with. */
  @Nullable ReportBuilder put(Accessor put, Clock known) {
    last = null;
    Access now = put.accesses();
    Access before = now == null ? null : history.add(now, known);
    return now == null || before == null ? null : race(before, now);
  }

  private void report(Access a, Access b) {
    if (context.report() == null) {
      context.report(race(a, b));
    }
  }

  /** The words about two uses of the same memory that nothing orders. */
  private ReportBuilder race(Access a, Access b) {
    long start = Math.max(a.start(), b.start());
    long end = Math.min(a.end(), b.end());
    boolean isPut = a.by().isPut() || b.by().isPut();
    return new ReportBuilder(
            isPut ? MisuseKind.RMA_RACE : MisuseKind.BUFFER_REUSE,
            " on device "
                + context.index()
                + ": "
                + b.by().words()
                + " "
                + b.words()
                + " memory that "
                + a.by().words()
                + " "
                + a.words()
                + ", and nothing orders the two; both use "
                + context.place(start, end))
        .rank(a.by().rank(), words(a), a.by().site())
        .rank(b.by().rank(), words(b), b.by().site())
        .line(
            isPut
                ? "wait for the signal of a put before its target is used, and signal the writer"
                    + " before it writes there again (RMA-11, SIM-60)"
                : "record an event behind the first and wait for it before the other (SIM-28)");
  }

  private String words(Access access) {
    return access.by().words()
        + " "
        + access.words()
        + " "
        + context.place(access.start(), access.end());
  }

  /** Whether {@link #user} would find any work. */
  boolean isUsed(long start, long end, HostTask task) {
    for (StreamOp op = oldest; op != null; op = op.after) {
      if (op.use(start, end) != null) {
        return true;
      }
    }
    HappensBefore order = context.simulation().order();
    return order != null && history.notDone(start, end, null, order.knownTo(task)) != null;
  }

  /**
   * The first work that uses the range and is in flight as far as {@code task} knows: until the
   * thread has waited for it, in some way; or null.
   *
   * @param communicator whose work; any if it is null: then the memory is freed
   */
  @Nullable Access user(long start, long end, @Nullable String communicator, HostTask task) {
    for (StreamOp op = oldest; op != null; op = op.after) {
      Access use = op.use(start, end);
      if (use != null && use.by().isOf(communicator)) {
        if (communicator == null) {
          op.memoryIsFreed();
        }
        return use;
      }
    }
    HappensBefore order = context.simulation().order();
    return order == null ? null : history.notDone(start, end, communicator, order.knownTo(task));
  }

  /**
   * What uses memory: one call, copy or fill, as reports name it, with the ranges that it uses. It
   * is kept as long as later work may race with it, so it holds nothing that is large or that ends.
   * Work that comes again, on the same stream with the same ranges, takes the place of what it was
   * before.
   */
  public static final class Accessor {
    private final Object stream;
    private final @Nullable ClockLane lane;
    private final @Nullable String communicator;
    private final @Nullable Object launch;
    private long tick;
    private int rank;
    private Object what = "";
    private @Nullable Object site;
    private @Nullable Access accesses;
    private @Nullable Accessor next;
    private boolean isPut;
    private @Nullable ClockLane carrier;
    private long carried;

    /**
     * Work on {@code stream}.
     *
     * @param stream the stream, for its words
     * @param lane its lane
     * @param communicator the communicator's name; null if it is no communicator's work
     * @param launch the same object for what is launched together on several streams, or null
     */
    public Accessor(
        Object stream,
        @Nullable ClockLane lane,
        @Nullable String communicator,
        @Nullable Object launch) {
      this.stream = stream;
      this.lane = lane;
      this.communicator = communicator;
      this.launch = launch;
    }

    /** It reads or writes that range. */
    public Accessor uses(long address, long bytes, boolean writes) {
      if (bytes > 0) {
        accesses = new Access(address, address + bytes, writes, this, accesses);
      }
      return this;
    }

    /**
     * Which piece of work it is now.
     *
     * @param place its place on the stream's lane
     * @param driver the rank program that asked for it, or the number of its device
     * @param words what it does
     * @param where where it was asked for, if that is known
     */
    public Accessor is(long place, int driver, Object words, @Nullable Object where) {
      tick = place;
      rank = driver;
      what = words;
      site = where;
      return this;
    }

    /** It is a rank's put into this device's memory; its lane is that of the rank's puts. */
    public Accessor asPut() {
      isPut = true;
      return this;
    }

    /**
     * The put has arrived when its stream is past it: copies inside a host do. Whoever knows that
     * may end the memory; to read there is promised only behind the signal (rules RMA-04, RMA-05).
     */
    public Accessor arrivesWith(@Nullable ClockLane stream, long place) {
      carrier = stream;
      carried = place;
      return this;
    }

    boolean isPut() {
      return isPut;
    }

    /** Puts it before what else the same piece of work is made of. */
    public Accessor before(@Nullable Accessor others) {
      next = others;
      return this;
    }

    /** The rank program that asked for it, or the number of its device. */
    public int rank() {
      return rank;
    }

    /** What it uses, linked. */
    public @Nullable Access accesses() {
      return accesses;
    }

    /** What else the same piece of work is made of. */
    public @Nullable Accessor next() {
      return next;
    }

    /** Whether it is work of {@code name}; any work is if that is null. */
    boolean isOf(@Nullable String name) {
      return name == null || name.equals(communicator);
    }

    boolean isOneWith(Accessor other) {
      return launch != null && launch == other.launch;
    }

    /** Where the program asked for it, or null. */
    public @Nullable String site() {
      return site == null ? null : "at " + site;
    }

    /** What it is, and where it is ordered. */
    public String words() {
      String of = communicator == null ? "" : " of " + communicator;
      return what + of + " on " + stream;
    }
  }

  /** A range of memory that one piece of work reads or writes; linked per work. */
  public static final class Access {
    private final long start;
    private final long end;
    private final boolean writes;
    private final Accessor by;
    private final @Nullable Access next;

    Access(long start, long end, boolean writes, Accessor by, @Nullable Access next) {
      this.start = start;
      this.end = end;
      this.writes = writes;
      this.by = by;
      this.next = next;
    }

    /** First address. */
    public long start() {
      return start;
    }

    /** Address after the last byte. */
    public long end() {
      return end;
    }

    /** Whether it is written. */
    boolean writes() {
      return writes;
    }

    /** What uses it. */
    public Accessor by() {
      return by;
    }

    /** What else the same work uses. */
    public @Nullable Access next() {
      return next;
    }

    /** Whether it has a byte of that range. */
    public boolean overlaps(long otherStart, long otherEnd) {
      return start < otherEnd && otherStart < end;
    }

    /** Whether whoever knows {@code clock} knows that it is done. */
    boolean isDone(Clock clock) {
      ClockLane lane = by.lane;
      return lane == null || clock.at(lane.number()) > by.tick;
    }

    /** Whether whoever knows {@code clock} knows that the memory is no longer in use. */
    boolean isOver(Clock clock) {
      ClockLane carrier = by.carrier;
      return isDone(clock) || (carrier != null && clock.at(carrier.number()) > by.carried);
    }

    /** Whether it is ordered before {@code later}, whose stream knows {@code clock}. */
    boolean isBefore(Access later, Clock clock) {
      return by.lane == later.by.lane
          || by.stream == later.by.stream
          || isDone(clock)
          || by.isOneWith(later.by);
    }

    /** What it does to the range. */
    public String words() {
      return writes ? "writes" : "reads";
    }
  }

  /**
   * For every range of a device's memory the last work that wrote it, and the work that has read it
   * since, one of each stream at most: later work that races with anything before races with one of
   * these. So it does not grow with the length of a run.
   */
  private static final class History {
    private static final int RECENT = 64;
    private static final int MOST = 1 << 15;

    private final TreeMap<Long, Segment> segments = new TreeMap<>();

    /** Programs use the same ranges again and again: those are found here without a search. */
    private final @Nullable Segment[] recent = new Segment[RECENT];

    /** Bytes that the same work has used. */
    private static final class Segment {
      private static final Access[] NONE = {};

      final long start;
      long end;
      @Nullable Access writer;
      Access[] readers = NONE;
      int readerCount;

      Segment(long start, long end) {
        this.start = start;
        this.end = end;
      }

      /** The part from {@code at} becomes a segment of its own. */
      Segment split(long at) {
        Segment right = new Segment(at, end);
        right.writer = writer;
        right.readers = readers.clone();
        right.readerCount = readerCount;
        end = at;
        return right;
      }

      /** Whether {@code now}, which comes again, was the last to use it. */
      boolean isLast(Access now) {
        return now.writes
            ? writer == now && readerCount == 0
            : readerCount == 1 && readers[0] == now;
      }

      /** What {@code now} races with, or null. */
      @Nullable Access racing(Access now, Clock known) {
        Access last = writer;
        if (last != null && !last.isBefore(now, known)) {
          return last;
        }
        for (int i = 0; now.writes && i < readerCount; i++) {
          if (!readers[i].isBefore(now, known)) {
            return readers[i];
          }
        }
        return null;
      }

      void add(Access now, Clock known) {
        if (now.writes) {
          writer = now;
          readers = NONE;
          readerCount = 0;
          return;
        }
        int kept = 0;
        for (int i = 0; i < readerCount; i++) {
          if (!readers[i].isBefore(now, known)) {
            readers[kept++] = readers[i];
          }
        }
        if (kept == readers.length) {
          readers = Arrays.copyOf(readers, kept + 1);
        }
        readers[kept++] = now;
        Arrays.fill(readers, kept, Math.max(kept, readerCount), null);
        readerCount = kept;
      }

      /** What of that communicator uses it and is not known to be done, or null. */
      @Nullable Access notDone(@Nullable String communicator, Clock known) {
        Access last = writer;
        if (last != null && last.by.isOf(communicator) && !last.isOver(known)) {
          return last;
        }
        for (int i = 0; i < readerCount; i++) {
          if (readers[i].by.isOf(communicator) && !readers[i].isOver(known)) {
            return readers[i];
          }
        }
        return null;
      }
    }

    /** Notes an access of work whose stream knows {@code known}; what it races with, or null. */
    @Nullable Access add(Access now, Clock known) {
      int slot = slot(now.start);
      Segment same = recent[slot];
      if (same == null || same.start != now.start || same.end != now.end) {
        return addTo(now, known, slot);
      }
      if (same.isLast(now)) {
        return null;
      }
      Access racing = same.racing(now, known);
      same.add(now, known);
      return racing;
    }

    private static int slot(long start) {
      return (int) (start >>> 4 ^ start >>> 10) & RECENT - 1;
    }

    private @Nullable Access addTo(Access now, Clock known, int slot) {
      if (segments.size() > MOST) {
        forget(Long.MIN_VALUE, Long.MAX_VALUE); // host memory has no end that could be seen
      }
      cut(now.start);
      cut(now.end);
      Access racing = null;
      long free = now.start;
      for (Segment each : segments.subMap(now.start, now.end).values()) {
        racing = racing == null ? each.racing(now, known) : racing;
      }
      if (now.writes) {
        forget(now.start, now.end);
      } else {
        for (Segment each : segments.subMap(now.start, now.end).values().toArray(new Segment[0])) {
          fill(free, each.start, now, known);
          each.add(now, known);
          free = each.end;
        }
      }
      fill(free, now.end, now, known);
      recent[slot] = segments.get(now.start);
      return racing;
    }

    private void fill(long start, long end, Access now, Clock known) {
      if (start < end) {
        Segment made = new Segment(start, end);
        made.add(now, known);
        segments.put(start, made);
      }
    }

    /** From now on no segment reaches across {@code at}. */
    private void cut(long at) {
      Map.Entry<Long, Segment> before = segments.lowerEntry(at);
      if (before != null && before.getValue().end > at) {
        segments.put(at, before.getValue().split(at));
      }
    }

    /** Nothing has used the range. */
    void forget(long start, long end) {
      cut(start);
      cut(end);
      Iterator<Segment> all = segments.subMap(start, end).values().iterator();
      while (all.hasNext()) {
        Segment gone = all.next();
        gone.end = gone.start; // it is not found among the recent ones any more
        all.remove();
      }
    }

    /** What of that communicator uses the range and is not known to be done, or null. */
    @Nullable Access notDone(long start, long end, @Nullable String communicator, Clock known) {
      Map.Entry<Long, Segment> before = segments.lowerEntry(start);
      if (before != null && before.getValue().end > start) {
        Access found = before.getValue().notDone(communicator, known);
        if (found != null) {
          return found;
        }
      }
      for (Segment each : segments.subMap(start, end).values()) {
        Access found = each.notDone(communicator, known);
        if (found != null) {
          return found;
        }
      }
      return null;
    }
  }
}
