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
 * Calls of one communicator in their order, kept to be issued again and again, with what they use.
 */
final class CallRecording {
  /** The group of a call that is in none. */
  static final long ALONE = -1;

  /** One call, and the number of its group. */
  private record Kept(CallArguments call, long group) {}

  private final List<Kept> calls = new ArrayList<>();
  private final Set<DeviceBuffer> buffers = new LinkedHashSet<>();
  private final Set<PreMulSum> sums = new LinkedHashSet<>();

  /** Keeps one more call; its arguments are what the caller sets. */
  CallArguments add(
      long group, @Nullable DeviceBuffer send, @Nullable DeviceBuffer recv, @Nullable ReduceOp op) {
    CallArguments call = new CallArguments();
    calls.add(new Kept(call, group));
    if (send != null) {
      buffers.add(send);
    }
    if (recv != null) {
      buffers.add(recv);
    }
    if (op instanceof PreMulSum sum) {
      sums.add(sum);
    }
    return call;
  }

  /** {@return the number of calls} */
  int size() {
    return calls.size();
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
