package org.jccl.spi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jccl.Collectives;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceMemory;
import org.jccl.PreMulSum;
import org.jccl.Stream;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Coalescing;
import org.jccl.spi.CallRecording.Copy;
import org.jccl.spi.CallRecording.Kept;
import org.jspecify.annotations.Nullable;

/**
 * Makes one call of many that are alike (rules GRP-33 to GRP-35). Which calls become one depends on
 * nothing but what all ranks have in common; whether a rank has to copy is its own affair.
 */
final class CoalescedCalls {
  private final CommunicatorBase owner;
  private final Runnable settled;
  private final Map<Stream, DeviceBuffer> scratch = new IdentityHashMap<>();

  /** Scratch memory that graphs use, or that has become too small while work is in it. */
  private final List<DeviceBuffer> kept = new ArrayList<>();

  /**
   * Those of {@code owner}.
   *
   * @param settled waits for calls that go on, where calls come back at once
   */
  CoalescedCalls(CommunicatorBase owner, Runnable settled) {
    this.owner = owner;
    this.settled = settled;
  }

  /** What calls have to have in common to become one. */
  private record Kind(int operation, int type, int reduction, int root) {
    static Kind of(CallArguments call) {
      return new Kind(call.operation().ordinal(), call.type(), call.reduction(), call.rootOrPeer());
    }
  }

  /** Issues the calls of {@code body} on {@code stream}, or keeps them where calls are kept. */
  void issue(Stream stream, Consumer<Collectives> body) {
    owner.requireUsable();
    if (stream.device() != owner.device()) {
      throw new IllegalArgumentException(
          owner.name() + ", coalesced: " + stream + " is of device " + stream.device().index());
    }
    if (stream.isClosed()) {
      throw new IllegalStateException(owner.name() + ", coalesced: stream is closed: " + stream);
    }
    if (GroupRecording.current() != null) {
      throw new IllegalStateException(
          owner.name() + ", coalesced: it is a group of its own and no part of another (GRP-33)");
    }
    CallRecording outer = owner.recording();
    CallRecording calls = owner.keep(body);
    boolean isForecast = outer != null && outer.isForecast();
    boolean isCaptured = outer != null || stream.isCapturing();
    List<Kept> made =
        merge(calls, bytes -> isForecast ? 0 : take(isCaptured ? null : stream, bytes));
    if (made.isEmpty()) {
      return;
    }
    if (outer != null) {
      outer.addGroup(calls, made);
      return;
    }
    CallRecording together = new CallRecording();
    together.addGroup(calls, made);
    owner.enter();
    try {
      RecordedIssue.issue(owner, together, stream, settled);
    } finally {
      owner.leave();
    }
  }

  /** The calls that are made; {@code memory} gives scratch memory for so many bytes. */
  private List<Kept> merge(CallRecording calls, LongUnaryOperator memory) {
    Map<Object, List<Kept>> alike = new LinkedHashMap<>();
    for (Kept each : calls.calls()) {
      Object key = isCoalesced(each) ? Kind.of(each.call()) : each;
      alike.computeIfAbsent(key, none -> new ArrayList<>()).add(each);
    }
    alike.values().stream().filter(each -> each.size() > 1).forEach(this::requireApart);
    long bytes = 0;
    for (List<Kept> each : alike.values()) {
      bytes += each.size() > 1 ? scratchBytes(each) : 0;
    }
    long free = bytes == 0 ? 0 : memory.applyAsLong(bytes);
    List<Kept> made = new ArrayList<>();
    for (List<Kept> each : alike.values()) {
      made.add(each.size() == 1 ? each.getFirst() : one(each, free));
      free += each.size() > 1 ? scratchBytes(each) : 0;
    }
    return made;
  }

  private static boolean isCoalesced(Kept each) {
    return Coalescing.allow(each.call()) && !(each.op() instanceof PreMulSum);
  }

  // ---- one call of many

  private Kept one(List<Kept> parts, long free) {
    Kept first = parts.getFirst();
    Kept whole = new Kept(CallRecording.ALONE, first.send(), first.recv(), first.op());
    CallArguments model = first.call();
    long send = model.send();
    long recv = model.recv();
    boolean sends = isAtSend(model);
    boolean receives = isAtReceive(model);
    if (sends && !areInRow(parts, true)) {
      send = free;
      copy(parts, free, true, whole.before());
    }
    if (receives && !areInRow(parts, false)) {
      recv = free;
      copy(parts, free, false, whole.after());
    }
    long count = parts.stream().mapToLong(each -> each.call().count()).sum();
    whole
        .call()
        .set(
            model.operation(),
            send,
            recv,
            count,
            model.type(),
            model.reduction(),
            model.rootOrPeer());
    whole.call().madeAt(model.site());
    return whole;
  }

  /** To or from scratch memory, one behind the other. */
  private static void copy(List<Kept> parts, long start, boolean isIn, List<Copy> copies) {
    long at = start;
    for (Kept each : parts) {
      long bytes = bytes(each.call());
      long own = isIn ? each.call().send() : each.call().recv();
      copies.add(isIn ? new Copy(at, own, bytes) : new Copy(own, at, bytes));
      at += bytes;
    }
  }

  private long scratchBytes(List<Kept> parts) {
    CallArguments model = parts.getFirst().call();
    boolean isCopied =
        (isAtSend(model) && !areInRow(parts, true))
            || (isAtReceive(model) && !areInRow(parts, false));
    return isCopied ? parts.stream().mapToLong(each -> bytes(each.call())).sum() : 0;
  }

  private boolean isAtSend(CallArguments call) {
    return call.operation().sendsAt(owner.rank(), call.rootOrPeer());
  }

  private boolean isAtReceive(CallArguments call) {
    return call.operation().receivesAt(owner.rank(), call.rootOrPeer());
  }

  private static boolean areInRow(List<Kept> parts, boolean isSend) {
    DeviceBuffer before = null;
    for (Kept each : parts) {
      DeviceBuffer own = isSend ? each.send() : each.recv();
      if (own == null || (before != null && !own.isRightBehind(before))) {
        return false;
      }
      before = own;
    }
    return true;
  }

  private static long bytes(CallArguments call) {
    return call.count() * DataType.ofCode(call.type()).bytes();
  }

  /** Calls of a group run together, so none writes what another one uses (rule GRP-35). */
  private void requireApart(List<Kept> parts) {
    Coalescing.Ranges ranges = new Coalescing.Ranges();
    for (int i = 0; i < parts.size(); i++) {
      CallArguments call = parts.get(i).call();
      if (isAtSend(call)) {
        ranges.add(call.send(), bytes(call), false, i);
      }
      if (isAtReceive(call)) {
        ranges.add(call.recv(), bytes(call), true, i);
      }
    }
    String found = ranges.overlap();
    if (!found.isEmpty()) {
      throw new IllegalArgumentException(
          owner.name()
              + ", rank "
              + owner.rank()
              + ", coalesced "
              + parts.getFirst().call().operation().label()
              + ": "
              + found
              + " (GRP-35)");
    }
  }

  // ---- scratch memory

  /** Memory that work on {@code stream} may use next; without one it is used again and again. */
  private long take(@Nullable Stream stream, long bytes) {
    DeviceBuffer there = stream == null ? null : scratch.get(stream);
    if (there != null && there.bytes() >= bytes) {
      return there.address();
    }
    forgetClosedStreams();
    long size = there == null ? bytes : Math.max(bytes, 2 * there.bytes());
    DeviceMemory memory = owner.device().memory();
    long address = memory.allocateForCall(size);
    DeviceBuffer made =
        DeviceBuffer.owning(owner.device(), DataType.INT8, address, size, memory::free);
    if (stream == null) {
      kept.add(made);
    } else {
      if (there != null) {
        kept.add(there);
      }
      scratch.put(stream, made);
    }
    return address;
  }

  /** Who closes a stream has waited for its work. */
  private void forgetClosedStreams() {
    scratch
        .entrySet()
        .removeIf(
            each -> {
              boolean isGone = each.getKey().isClosed();
              if (isGone) {
                each.getValue().close();
              }
              return isGone;
            });
  }

  /** The communicator has ended, and its work with it. */
  void release() {
    close(List.copyOf(scratch.values()));
    scratch.clear();
    close(List.copyOf(kept));
    kept.clear();
  }

  private static void close(Collection<DeviceBuffer> memory) {
    memory.forEach(DeviceBuffer::close);
  }
}
