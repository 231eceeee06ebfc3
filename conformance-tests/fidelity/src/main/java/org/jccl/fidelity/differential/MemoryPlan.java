package org.jccl.fidelity.differential;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.InPlace;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Where one rank's buffers of a program lie in one piece of memory, with guard bytes between them,
 * and what is in it before. From the program alone, so that two subjects get the same.
 */
public final class MemoryPlan {
  /** Guard bytes before and after every buffer. */
  static final int GUARD = 64;

  /** Bytes for the buffers of wrong calls, which nobody may touch. */
  static final int SPARE = 64;

  private static final int ALIGNMENT = 64;

  /** Some bytes that hold {@code elements}. */
  public record Place(int at, int elements) {}

  /**
   * One call's memory.
   *
   * @param send what is passed as send buffer, or null
   * @param recv what is passed as receive buffer, or null
   * @param scalarAt where a scalar in device memory lies, or -1
   * @param first first byte of this call's own memory
   * @param end the byte after it
   */
  public record Places(
      @Nullable Place send, @Nullable Place recv, int scalarAt, int first, int end) {
    static final Places NONE = new Places(null, null, -1, 0, 0);
  }

  /** Elements to be put at {@code at}: a rank's contribution to a call. */
  record Fill(int at, Call call, int size, int rank, int elements) {}

  /** Bytes whose content afterwards is unspecified. */
  record Unspecified(int from, int to) {}

  private final WholeProgram program;
  private final int rank;
  private final List<Places> places = new ArrayList<>();
  private final List<Fill> fills = new ArrayList<>();
  private final List<Unspecified> unspecified = new ArrayList<>();

  /** Index of the call whose result each stream saw last, or -1. */
  private final int[] received = new int[WholeProgram.STREAMS];

  private int end = GUARD + 2 * SPARE;

  private MemoryPlan(WholeProgram program, int rank) {
    this.program = program;
    this.rank = rank;
    java.util.Arrays.fill(received, -1);
  }

  /** The plan of one rank. */
  public static MemoryPlan of(WholeProgram program, int rank) {
    MemoryPlan plan = new MemoryPlan(program, rank);
    for (Step step : program.steps()) {
      plan.add(step);
    }
    plan.end += GUARD;
    return plan;
  }

  private void add(Step step) {
    boolean issued = !(step instanceof Step.Group group && group.isPoisoned());
    int first = places.size();
    for (Act act : WholeProgram.acts(step)) {
      if (act instanceof Call call) {
        places.add(place(call));
      }
    }
    int next = first;
    for (Act act : WholeProgram.acts(step)) {
      if (act instanceof Call call) {
        if (issued && isSeenByAll(call)) {
          received[call.stream()] = next;
        }
        next++;
      }
    }
  }

  private boolean isSeenByAll(Call call) {
    boolean everyone = call.kind().operation().receiveSide() == Operation.Side.EVERYONE;
    boolean rotation = call.kind() == Kind.ROTATION;
    boolean even = !call.kind().isUneven() && call.kind() != Kind.BARRIER;
    return even && (everyone || rotation) && split(call).isComplete();
  }

  private Split split(Call call) {
    return program.communicators().get(call.communicator());
  }

  private Places place(Call call) {
    if (!split(call).contains(rank) || call.kind() == Kind.BARRIER) {
      return Places.NONE;
    }
    List<Integer> group = split(call).groupOf(rank);
    int size = group.size();
    int me = group.indexOf(rank);
    Extent extent = Extent.of(call, size, me);
    int scalarAt = call.onDevice() ? scalar(call, me) : -1;
    boolean inPlace =
        call.kind().hasInPlaceForm()
            && (call.layout().inPlaceRanks() >>> rank & 1) != 0
            && extent.sends()
            && extent.receives();
    int first = end;
    if (inPlace) {
      return inPlace(call, extent, size, me, scalarAt, first);
    }
    boolean present = !call.layout().unusedAbsent();
    Place send = null;
    Place chained = extent.sends() ? chain(call) : null;
    if (chained != null) {
      send = chained;
    } else if (extent.sends() || present) {
      send = new Place(reserve(call, extent.sendElements()), extent.sendElements());
      if (extent.sends()) {
        fills.add(new Fill(send.at(), call, size, me, send.elements()));
      }
    }
    Place recv = null;
    if (extent.receives() || present) {
      recv = new Place(reserve(call, extent.receiveElements()), extent.receiveElements());
    }
    return new Places(send, recv, scalarAt, first, end);
  }

  private Places inPlace(Call call, Extent extent, int size, int me, int scalarAt, int first) {
    int bytes = call.type().bytes();
    int most = Math.max(extent.sendElements(), extent.receiveElements());
    int at = reserve(call, most);
    int own = at + extent.ownBlock() * bytes;
    boolean sendInside = call.kind().operation().inPlace() == InPlace.SEND_IS_OWN_BLOCK;
    boolean recvInside = call.kind().operation().inPlace() == InPlace.RECV_IS_OWN_BLOCK;
    Place send = new Place(sendInside ? own : at, extent.sendElements());
    Place recv = new Place(recvInside ? own : at, extent.receiveElements());
    fills.add(new Fill(send.at(), call, size, me, send.elements()));
    if (recvInside && call.kind().reduces()) { // COL-16
      unspecified.add(new Unspecified(at, own));
      unspecified.add(new Unspecified(own + recv.elements() * bytes, at + most * bytes));
    }
    return new Places(send, recv, scalarAt, first, end);
  }

  /** What this stream received last, if this call may send it and it is large enough. */
  private @Nullable Place chain(Call call) {
    int from = call.chained() ? received[call.stream()] : -1;
    boolean anyBits = !call.kind().reduces() || !call.type().isFloating();
    if (from < 0 || !anyBits) {
      return null;
    }
    Call producer = program.calls().get(from);
    long needed = 0;
    long there = Long.MAX_VALUE;
    for (int other = 0; other < program.ranks(); other++) {
      needed = Math.max(needed, bytes(call, other, true));
      there = Math.min(there, bytes(producer, other, false));
    }
    Place source = places.get(from).recv();
    boolean aligned = producer.type().bytes() >= call.type().bytes();
    return needed <= there && aligned && source != null
        ? new Place(source.at(), (int) (bytes(call, rank, true) / call.type().bytes()))
        : null;
  }

  private long bytes(Call call, int of, boolean sent) {
    if (!split(call).contains(of)) {
      return 0;
    }
    List<Integer> group = split(call).groupOf(of);
    Extent extent = Extent.of(call, group.size(), group.indexOf(of));
    int elements = sent ? extent.sendElements() : extent.receiveElements();
    return (long) elements * call.type().bytes();
  }

  private int scalar(Call call, int me) {
    int at = align(end + GUARD);
    end = at + Long.BYTES;
    fills.add(new Fill(at, call, -1, me, 1));
    return at;
  }

  private int reserve(Call call, int elements) {
    int at = align(end + GUARD) + call.layout().offset() * call.type().bytes();
    end = at + elements * call.type().bytes();
    return at;
  }

  private static int align(int at) {
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Bytes of memory that are needed. */
  public int bytes() {
    return end;
  }

  /** The memory of call {@code index}, counted over the program's right calls. */
  public Places call(int index) {
    return places.get(index);
  }

  List<Fill> fills() {
    return fills;
  }

  List<Unspecified> unspecified() {
    return unspecified;
  }

  /** What the memory holds before the program. */
  public byte[] image() {
    byte[] image = background(end);
    for (Fill fill : fills) {
      fill(image, fill.at, fill.call, fill.size, fill.rank, fill.elements);
    }
    return image;
  }

  /** Bytes that look like nobody's answer. */
  public static byte[] background(int bytes) {
    byte[] image = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      image[i] = (byte) (0xA5 ^ i * 31);
    }
    return image;
  }

  private static void fill(byte[] image, int at, Call call, int size, int rank, int elements) {
    MemorySegment memory = MemorySegment.ofArray(image).asSlice(at);
    if (size < 0) {
      Elements.set(memory, call.type(), 0, call.type().encode(Fold.scalar(rank)));
      return;
    }
    ExactData data = call.data(size);
    for (int i = 0; i < elements; i++) {
      Elements.set(memory, call.type(), i, data.input(rank, i));
    }
  }

  /** Overwrites what is unspecified in a look at the memory afterwards. */
  public byte[] specified(byte[] after) {
    for (Unspecified each : unspecified) {
      java.util.Arrays.fill(after, each.from, each.to, (byte) 0);
    }
    return after;
  }
}
