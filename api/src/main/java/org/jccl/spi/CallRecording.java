package org.jccl.spi;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.ops.CallArguments;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one communicator in their order, kept to be issued together, perhaps again and again,
 * with what they use.
 */
final class CallRecording {
  /** The group of a call that is in none. */
  static final long ALONE = -1;

  /** A copy inside the device that belongs to a call. */
  record Copy(long target, long source, long bytes) {}

  /** One call as it was made: with its buffers, and the number of its group. */
  static final class Kept {
    private final CallArguments call = new CallArguments();
    private final @Nullable DeviceBuffer send;
    private final @Nullable DeviceBuffer recv;
    private final @Nullable ReduceOp op;
    private long group;
    private final List<Copy> before = new ArrayList<>(0);
    private final List<Copy> after = new ArrayList<>(0);

    Kept(
        long group,
        @Nullable DeviceBuffer send,
        @Nullable DeviceBuffer recv,
        @Nullable ReduceOp op) {
      this.group = group;
      this.send = send;
      this.recv = recv;
      this.op = op;
    }

    /** Its arguments. */
    CallArguments call() {
      return call;
    }

    /** Where it sends from, as the program has said it. */
    @Nullable DeviceBuffer send() {
      return send;
    }

    /** Where it receives to, as the program has said it. */
    @Nullable DeviceBuffer recv() {
      return recv;
    }

    /** Its reduction; null if it has none. */
    @Nullable ReduceOp op() {
      return op;
    }

    /** Copies that come before its group. */
    List<Copy> before() {
      return before;
    }

    /** Copies that come behind its group. */
    List<Copy> after() {
      return after;
    }
  }

  private final List<Kept> calls = new ArrayList<>();
  private final Set<DeviceBuffer> buffers = new LinkedHashSet<>();
  private final Set<PreMulSum> sums = new LinkedHashSet<>();

  /** Groups of its own have numbers that no group of a thread has. */
  private long lastGroup = ALONE;

  private final boolean isForecast;

  /** Calls that will be issued. */
  CallRecording() {
    this(false);
  }

  /** With {@code isForecast} they are only looked at: nothing is taken for them. */
  CallRecording(boolean isForecast) {
    this.isForecast = isForecast;
  }

  /** {@return whether they are only looked at} */
  boolean isForecast() {
    return isForecast;
  }

  /** Keeps one more call; its arguments are what the caller sets. */
  CallArguments add(
      long group, @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv, @Nullable ReduceOp op) {
    Kept made = new Kept(group, send, recv, op);
    calls.add(made);
    uses(send, recv, op);
    return made.call;
  }

  private void uses(
      @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv, @Nullable ReduceOp op) {
    if (send != null) {
      buffers.add(send);
    }
    if (recv != null) {
      buffers.add(recv);
    }
    if (op instanceof PreMulSum sum) {
      sums.add(sum);
    }
  }

  /** Keeps what others have kept, as one group; {@code made} has the calls that are made. */
  void addGroup(CallRecording others, List<Kept> made) {
    buffers.addAll(others.buffers);
    sums.addAll(others.sums);
    long group = made.size() == 1 ? ALONE : --lastGroup;
    for (Kept each : made) {
      each.group = group;
      calls.add(each);
    }
  }

  /** {@return the number of calls} */
  int size() {
    return calls.size();
  }

  /** {@return all of them} */
  List<Kept> calls() {
    return calls;
  }

  /** {@return the arguments of call {@code i}} */
  CallArguments call(int i) {
    return calls.get(i).call;
  }

  /** {@return the first call behind {@code i} that is not in the same group} */
  int endOfGroup(int i) {
    long group = calls.get(i).group;
    int end = i + 1;
    while (group != ALONE && end < calls.size() && calls.get(end).group == group) {
      end++;
    }
    return end;
  }

  /** {@return how many calls the group of call {@code i} has; 1 if it is in none} */
  int groupSize(int i) {
    int first = i;
    while (first > 0 && endOfGroup(first - 1) > i) {
      first--;
    }
    return endOfGroup(i) - first;
  }

  /** {@return whether call {@code i} is in no group} */
  boolean isAlone(int i) {
    return calls.get(i).group == ALONE;
  }

  /** {@return whether a call of that group sends from {@code address}} */
  boolean sends(long group, long address) {
    return calls.stream().anyMatch(each -> each.group == group && each.call.send() == address);
  }

  /** Throws if something that the calls use is not there any more (rule STR-40). */
  void requireOpen(String who) {
    for (DeviceBuffer buffer : buffers) {
      if (buffer.isFreed()) {
        throw gone(who, "buffer", buffer);
      }
    }
    for (PreMulSum sum : sums) {
      if (sum.isClosed()) {
        throw gone(who, "reduction", sum);
      }
    }
  }

  private static IllegalStateException gone(String who, String what, Object closed) {
    return new IllegalStateException(
        who
            + ": the prepared calls use a "
            + what
            + " that was closed: "
            + closed
            + "; keep it open as long as they are launched, or prepare them anew (STR-40)");
  }
}
