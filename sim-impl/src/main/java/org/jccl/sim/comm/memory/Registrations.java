package org.jccl.sim.comm.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.Lifetimes.Kind;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.device.Hazards.Access;
import org.jccl.sim.device.MemoryHolder;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * What one rank has registered with its communicator: buffers (rules MEM-03, MEM-04) and its parts
 * of collective windows (rules WIN-01 to WIN-07).
 */
public final class Registrations {
  private final CommMember member;
  private final List<RegisteredMemory> buffers = new ArrayList<>();
  private final List<RegisteredMemory> windows = new ArrayList<>();

  /** Nothing is registered yet. */
  public Registrations(CommMember member) {
    this.member = member;
  }

  /** Whose they are. */
  public CommMember member() {
    return member;
  }

  /** Whether windows exist here (rules WIN-03, ENV-14). */
  public static boolean supportsWindows(Simulation simulation) {
    return simulation.setting("NCCL_WIN_ENABLE", 1) != 0
        && simulation.setting("NCCL_CUMEM_ENABLE", 1) != 0;
  }

  /** Registers a buffer, locally and at once; its handle. */
  public long register(long address, long bytes) {
    int place = 0;
    for (RegisteredMemory each : buffers) {
      if (each.beginsBehind(address)) {
        break;
      }
      if (each.covers(address, bytes)) {
        each.again(address, bytes, made(Kind.REGISTRATION, lifetimes().here()));
        return each.handle();
      }
      place++;
    }
    member.comm().registersMemory();
    String site = lifetimes().here();
    RegisteredMemory made =
        new RegisteredMemory(
            member.device().newHandle(),
            address,
            bytes,
            0,
            null,
            holder("a registration with ", site),
            made(Kind.REGISTRATION, site));
    memory().hold(address, bytes, made.holder());
    buffers.add(place, made);
    return made.handle();
  }

  /**
   * Drops one reference to a registered buffer.
   *
   * @return NCCL's result code
   */
  public int deregister(long handle) {
    RegisteredMemory known = find(buffers, handle);
    if (known == null) {
      return ResultCode.INVALID_USAGE.code(); // ARG-27
    }
    if (known.drop(lifetimes())) {
      requireIdle(known, "buffer");
      buffers.remove(known);
      memory().letGo(known.start(), known.holder());
    }
    return 0;
  }

  /** This rank's part of a window that {@code site} asked for; its handle (rule WIN-01). */
  public long addWindow(
      long address, long bytes, int flags, SharedWindow window, @Nullable String site) {
    member.comm().registersMemory();
    RegisteredMemory part =
        new RegisteredMemory(
            member.device().newHandle(),
            address,
            bytes,
            flags,
            window,
            holder("a window of ", site),
            made(Kind.WINDOW, site));
    memory().hold(address, bytes, part.holder());
    windows.add(part);
    return part.handle();
  }

  /**
   * Ends this rank's part of a window, locally and at once (rule WIN-05).
   *
   * @return NCCL's result code
   */
  public int deregisterWindow(long handle) {
    RegisteredMemory known = find(windows, handle);
    if (known == null) {
      return ResultCode.INTERNAL_ERROR.code(); // ARG-30
    }
    requireIdle(known, "window");
    windows.remove(known);
    ends(known);
    known.drop(lifetimes());
    memory().letGo(known.start(), known.holder());
    return 0;
  }

  /** Puts of other ranks must not come to it any more. */
  private void ends(RegisteredMemory part) {
    SharedWindow window = part.window();
    if (window != null && member.device().simulation().isChecking()) {
      window.ends(member.rank(), CallSite.current());
    }
  }

  /** Where this rank's part of a window begins, or 0 if it is unknown (rule ARG-31). */
  public long userPointer(long handle) {
    RegisteredMemory known = find(windows, handle);
    return known == null ? 0 : known.start();
  }

  /** This rank's part of the window with that handle, or null. */
  public @Nullable RegisteredMemory windowOf(long handle) {
    return find(windows, handle);
  }

  /** The symmetric window that {@code address} is in, or null (rule ARG-11). */
  public @Nullable RegisteredMemory symmetricWindowAt(long address) {
    for (RegisteredMemory each : windows) {
      if (each.isSymmetric() && each.holds(address, 1)) {
        return each;
      }
    }
    return null;
  }

  /** The window that a buffer begins in, as NCCL looks for it: the last one to start before. */
  public @Nullable RegisteredMemory windowAround(long address) {
    RegisteredMemory found = null;
    for (RegisteredMemory each : windows) {
      if (each.start() <= address && (found == null || each.start() >= found.start())) {
        found = each;
      }
    }
    return found != null && address < found.end() ? found : null;
  }

  /** What a range was registered as, windows first, or null. */
  public @Nullable RegisteredMemory holding(long address, long bytes) {
    for (RegisteredMemory each : windows) {
      if (each.holds(address, bytes)) {
        return each;
      }
    }
    for (RegisteredMemory each : buffers) {
      if (each.holds(address, bytes)) {
        return each;
      }
    }
    return null;
  }

  /**
   * The communicator is closed and takes along what is left: nobody has closed that.
   *
   * @param isLibrarys whether a window is not the program's to close
   */
  public void leave(LongPredicate isLibrarys) {
    buffers.forEach(each -> each.leave(lifetimes()));
    for (RegisteredMemory each : windows) {
      if (isLibrarys.test(each.handle())) {
        each.end(lifetimes());
      } else {
        each.leave(lifetimes());
      }
      ends(each);
    }
  }

  /** The communicator ends: what is left is no reason any more to keep memory (MEM-04). */
  public void end() {
    end(buffers);
    end(windows);
  }

  private void end(List<RegisteredMemory> left) {
    for (RegisteredMemory each : left) {
      each.end(lifetimes());
      memory().letGo(each.start(), each.holder());
    }
    left.clear();
  }

  private Lifetimes lifetimes() {
    return member.device().simulation().lifetimes();
  }

  private SimMemory memory() {
    return member.device().memory();
  }

  private MemoryHolder holder(String what, @Nullable String site) {
    return new MemoryHolder(member.worldRank(), what + member.comm().name(), site);
  }

  private Lifetimes.Origin made(Kind kind, @Nullable String site) {
    return lifetimes().open(kind, member.device().index(), 0, site);
  }

  private static @Nullable RegisteredMemory find(List<RegisteredMemory> among, long handle) {
    for (RegisteredMemory each : among) {
      if (each.handle() == handle) {
        return each;
      }
    }
    return null;
  }

  /** SIM-55: what is deregistered while an operation uses it. */
  private void requireIdle(RegisteredMemory known, String what) {
    HostTask task = member.device().simulation().kernel().holder();
    if (task == null || !member.device().simulation().isChecking()) {
      return;
    }
    Access user = memory().user(known.start(), known.end(), member.comm().name(), task);
    if (user == null) {
      return;
    }
    member
        .comm()
        .throwIfError(
            new ReportBuilder(
                    MisuseKind.BUFFER_FREED,
                    " in "
                        + member.comm().name()
                        + ": "
                        + member.name()
                        + " deregisters a "
                        + what
                        + " of "
                        + (known.end() - known.start())
                        + " bytes while "
                        + user.by().words()
                        + " still uses it")
                .rank(
                    user.by().rank(),
                    user.by().words() + " " + user.words() + " it",
                    user.by().site())
                .rank(member.caller(), "deregistration", "at " + CallSite.current())
                .line("synchronize the stream first (MEM-06, SIM-55)"));
  }
}
