package org.jccl.conformance.cases;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jccl.conformance.data.Elements;
import org.jccl.ops.InPlace;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Where one rank's buffers of a program lie in one piece of memory, with guard bytes between them,
 * and what is in it before. From the program alone, so that two subjects get the same.
 */
public final class MemoryPlan {
  /** Guard bytes before and after every buffer: more than any vector access is wide. */
  public static final int GUARD = 64;

  /** Bytes for the buffers of wrong calls, which nobody may touch. */
  public static final int SPARE = 64;

  private static final int ALIGNMENT = 64;
  private static final int PERIOD = 256;

  /** Some bytes that hold {@code elements}. */
  public record Place(long at, long elements) {}

  /**
   * One call's memory.
   *
   * @param send what is passed as send buffer, or null
   * @param recv what is passed as receive buffer, or null
   * @param receives whether anything arrives in it
   * @param scalarAt where a scalar in device memory lies, or -1
   * @param first first byte of this call's own memory
   * @param end the byte after it
   */
  public record Places(
      @Nullable Place send,
      @Nullable Place recv,
      boolean receives,
      long scalarAt,
      long first,
      long end) {
    static final Places NONE = new Places(null, null, false, -1, 0, 0);
  }

  /** Elements to be put at {@code at}: a rank's contribution to a call, or its scalar. */
  public record Fill(long at, CallSpec call, GroupMember member, long elements, boolean scalar) {}

  /** Bytes whose content afterwards is unspecified, or was received. */
  public record Range(long from, long to) {}

  private final Program program;
  private final int rank;
  private final List<Placed> calls = new ArrayList<>();
  private final List<Places> places = new ArrayList<>();
  private final List<Fill> fills = new ArrayList<>();
  private final List<Range> unspecified = new ArrayList<>();

  /** Index of the call whose result each stream saw last, or -1. */
  private final int[] received = new int[Program.STREAMS];

  private long end = GUARD + 2 * SPARE;

  private MemoryPlan(Program program, int rank) {
    this.program = program;
    this.rank = rank;
    Arrays.fill(received, -1);
  }

  /** The plan of one rank. */
  public static MemoryPlan of(Program program, int rank) {
    MemoryPlan plan = new MemoryPlan(program, rank);
    for (ProgramStep step : program.steps()) {
      plan.add(step);
    }
    plan.end += GUARD;
    return plan;
  }

  private void add(ProgramStep step) {
    boolean issued = !(step instanceof ProgramStep.Group group && group.isPoisoned());
    int next = places.size();
    for (Invocation act : step.acts()) {
      if (act instanceof Placed placed) {
        places.add(place(placed));
        calls.add(placed);
      }
    }
    for (; next < places.size(); next++) {
      if (issued && isSeenByAll(calls.get(next))) {
        received[calls.get(next).stream()] = next;
      }
    }
  }

  private boolean isSeenByAll(Placed placed) {
    CallForm form = placed.call().form();
    boolean everyone = form.operation().receiveSide() == Operation.Side.EVERYONE;
    return form.style() == CallForm.Style.EVEN
        && (everyone || form.isExchange())
        && split(placed).isComplete();
  }

  private WorldSplit split(Placed placed) {
    return program.communicators().get(placed.communicator());
  }

  private Places place(Placed placed) {
    CallSpec call = placed.call();
    if (!split(placed).contains(rank) || call.form().isBarrier()) {
      return Places.NONE;
    }
    GroupMember me = GroupMember.of(split(placed), rank);
    Share share = Share.of(call, me.size(), me.rank());
    long first = end;
    long scalarAt = call.layout().scalarOnDevice() ? scalar(call, me) : -1;
    boolean inPlace =
        call.form().hasInPlaceForm()
            && call.layout().isInPlace(rank)
            && share.sends()
            && share.receives();
    if (inPlace) {
      return inPlace(call, share, me, scalarAt, first);
    }
    boolean present = !call.layout().unusedAbsent();
    Place send = null;
    Place chained = share.sends() ? chain(placed) : null;
    if (chained != null) {
      send = chained;
    } else if (share.sends() || present) {
      send = reserve(call, call.layout().sendOffset(), share.sendElements());
      if (share.sends()) {
        fills.add(new Fill(send.at(), call, me, send.elements(), false));
      }
    }
    Place recv = null;
    if (share.receives() || present) {
      recv = reserve(call, call.layout().recvOffset(), share.receiveElements());
    }
    return new Places(send, recv, share.receives(), scalarAt, first, end);
  }

  private Places inPlace(CallSpec call, Share share, GroupMember me, long scalarAt, long first) {
    int bytes = call.type().bytes();
    long most = Math.max(share.sendElements(), share.receiveElements());
    long at = reserve(call, call.layout().sendOffset(), most).at();
    long own = at + share.ownBlock() * bytes;
    boolean sendInside = call.operation().inPlace() == InPlace.SEND_IS_OWN_BLOCK;
    boolean recvInside = call.operation().inPlace() == InPlace.RECV_IS_OWN_BLOCK;
    Place send = new Place(sendInside ? own : at, share.sendElements());
    Place recv = new Place(recvInside ? own : at, share.receiveElements());
    fills.add(new Fill(send.at(), call, me, send.elements(), false));
    if (recvInside && call.form().reduces()) { // COL-16
      unspecified.add(new Range(at, own));
      unspecified.add(new Range(own + recv.elements() * bytes, at + most * bytes));
    }
    return new Places(send, recv, true, scalarAt, first, end);
  }

  /** What this stream received last, if this call may send it and it is large enough. */
  private @Nullable Place chain(Placed placed) {
    CallSpec call = placed.call();
    int from = placed.chained() ? received[placed.stream()] : -1;
    boolean anyBits = !call.form().reduces() || !call.type().isFloating();
    if (from < 0 || !anyBits) {
      return null;
    }
    Placed producer = calls.get(from);
    long needed = 0;
    long there = Long.MAX_VALUE;
    for (int other = 0; other < program.ranks(); other++) {
      needed = Math.max(needed, bytes(placed, other, true));
      there = Math.min(there, bytes(producer, other, false));
    }
    Place source = places.get(from).recv();
    boolean aligned = producer.call().type().bytes() >= call.type().bytes();
    return needed <= there && aligned && source != null
        ? new Place(source.at(), bytes(placed, rank, true) / call.type().bytes())
        : null;
  }

  private long bytes(Placed placed, int of, boolean sent) {
    if (!split(placed).contains(of)) {
      return 0;
    }
    GroupMember member = GroupMember.of(split(placed), of);
    Share share = Share.of(placed.call(), member.size(), member.rank());
    long elements = sent ? share.sendElements() : share.receiveElements();
    return elements * placed.call().type().bytes();
  }

  private long scalar(CallSpec call, GroupMember me) {
    long at = align(end + GUARD);
    end = at + Long.BYTES;
    fills.add(new Fill(at, call, me, 1, true));
    return at;
  }

  private Place reserve(CallSpec call, int offset, long elements) {
    long at = align(end + GUARD) + (long) offset * call.type().bytes();
    end = at + elements * call.type().bytes();
    return new Place(at, elements);
  }

  private static long align(long at) {
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The rank of the world whose plan it is. */
  public int rank() {
    return rank;
  }

  /** Bytes of memory that are needed. */
  public long bytes() {
    return end;
  }

  /** The program's right calls. */
  public List<Placed> calls() {
    return calls;
  }

  /** The memory of call {@code index}, counted over the program's right calls. */
  public Places call(int index) {
    return places.get(index);
  }

  /** What is put where before the program. */
  public List<Fill> fills() {
    return fills;
  }

  /** Where anything may be afterwards. */
  public List<Range> unspecified() {
    return unspecified;
  }

  /** Fills {@code memory} with what is there before the program. */
  public void fill(MemorySegment memory, Inputs inputs) {
    background(memory);
    for (Fill fill : fills) {
      int bytes = fill.call.type().bytes();
      MemorySegment to = memory.asSlice(fill.at, fill.elements * bytes);
      if (fill.scalar) {
        Elements.set(to, fill.call.type(), 0, inputs.scalar(fill.call, fill.member));
      } else {
        inputs.fill(to, fill.call, fill.member);
      }
    }
  }

  /** Bytes that look like nobody's answer. */
  public static void background(MemorySegment memory) {
    long bytes = memory.byteSize();
    for (long i = 0; i < Math.min(PERIOD, bytes); i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (0xA5 ^ i * 31));
    }
    for (long done = PERIOD; done < bytes; done *= 2) {
      MemorySegment.copy(memory, 0, memory, done, Math.min(done, bytes - done));
    }
  }

  /** Overwrites what is unspecified in a look at the memory afterwards. */
  public void clearUnspecified(MemorySegment after) {
    for (Range each : unspecified) {
      after.asSlice(each.from, each.to - each.from).fill((byte) 0);
    }
  }

  /**
   * The first byte that differs though no call may have written it, or -1.
   *
   * @param ofReceivers whether buffers of ranks that receive nothing must be as they were, too
   */
  public long firstForeignChange(MemorySegment before, MemorySegment after, boolean ofReceivers) {
    List<Range> written = new ArrayList<>(unspecified);
    for (int i = 0; i < places.size(); i++) {
      Place recv = places.get(i).recv();
      if (recv != null && (places.get(i).receives() || !ofReceivers)) {
        long bytes = recv.elements() * calls.get(i).call().type().bytes();
        written.add(new Range(recv.at(), recv.at() + bytes));
      }
    }
    written.sort(Comparator.comparingLong(Range::from));
    written.add(new Range(end, end));
    long at = 0;
    for (Range each : written) {
      if (each.from > at) {
        long found = MemorySegment.mismatch(before, at, each.from, after, at, each.from);
        if (found >= 0) {
          return at + found;
        }
      }
      at = Math.max(at, each.to);
    }
    return -1;
  }

  /** The index of the call to whose own memory a byte belongs, or -1. */
  public int owner(long at) {
    for (int i = 0; i < places.size(); i++) {
      if (at >= places.get(i).first() && at < places.get(i).end() + GUARD) {
        return i;
      }
    }
    return -1;
  }
}
