package org.jccl.sim.comm.match;

import java.util.function.Function;
import org.jccl.MisuseKind;
import org.jccl.ops.Call;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.memory.RegisteredMemory;
import org.jccl.sim.comm.memory.Registrations;
import org.jspecify.annotations.Nullable;

/**
 * Compares how the ranks of one collective have registered its buffers: all or none (rule MEM-05),
 * and at equal offsets in symmetric windows (rule WIN-04).
 */
public final class RegistrationChecks {
  /** How one rank's buffer is registered. */
  private record Seen(LaunchedCall part, @Nullable RegisteredMemory registration, long offset) {
    String words() {
      RegisteredMemory known = registration;
      if (known == null) {
        return "unregistered memory";
      }
      return (known.window() == null ? "a registered buffer" : "a window") + " at offset " + offset;
    }
  }

  private final SharedComm comm;
  private final @Nullable Registrations[] byRank;

  /** The contract of {@code comm}. */
  public RegistrationChecks(SharedComm comm) {
    this.comm = comm;
    this.byRank = new Registrations[comm.worldSize()];
  }

  /** A rank joins with what it has registered. */
  public void join(Registrations own) {
    byRank[own.member().rank()] = own;
  }

  /** Stops the communicator with a report if the ranks differ. */
  void compare(@Nullable LaunchedCall[] parts) {
    compare(parts, "send", this::sent);
    compare(parts, "receive", this::received);
  }

  private void compare(
      @Nullable LaunchedCall[] parts, String side, Function<LaunchedCall, @Nullable Seen> look) {
    Seen first = null;
    for (LaunchedCall part : parts) {
      Seen seen = part == null ? null : look.apply(part);
      if (seen != null && first == null) {
        first = seen;
      } else if (seen != null && first != null && differ(first, seen)) {
        comm.report(report(side, first, seen));
        return;
      }
    }
  }

  private @Nullable Seen sent(LaunchedCall part) {
    return part.send == null ? null : seen(part, part.request.send(), part.send.byteSize());
  }

  private @Nullable Seen received(LaunchedCall part) {
    return part.recv == null ? null : seen(part, part.request.recv(), part.recv.byteSize());
  }

  private Seen seen(LaunchedCall part, long address, long bytes) {
    Registrations own = byRank[part.rank()];
    RegisteredMemory known = own == null ? null : own.holding(address, bytes);
    return new Seen(part, known, known == null ? 0 : address - known.start());
  }

  private static boolean differ(Seen one, Seen other) {
    RegisteredMemory a = one.registration;
    RegisteredMemory b = other.registration;
    if (a == null || b == null) {
      return a != b;
    }
    return a.isSymmetric() && b.isSymmetric() && one.offset != other.offset;
  }

  private ReportBuilder report(String side, Seen one, Seen other) {
    Call call = one.part.call;
    String lower = comm.nameOf(one.part.rank());
    String upper = comm.nameOf(other.part.rank());
    return new ReportBuilder(
            MisuseKind.REGISTRATION_MISMATCH,
            " in "
                + comm.name()
                + ", call #"
                + call.sequence()
                + " ("
                + call.operation().label()
                + "): the "
                + side
                + " buffer of "
                + lower
                + " is "
                + one.words()
                + ", that of "
                + upper
                + " is "
                + other.words())
        .both(
            call,
            one.part.launch.member().caller(),
            other.part.call,
            other.part.launch.member().caller())
        .line(
            "all ranks must pass registered memory or none (MEM-05), at equal offsets of"
                + " symmetric windows (WIN-04, SIM-54)");
  }
}
