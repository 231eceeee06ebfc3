package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.World;
import org.jspecify.annotations.Nullable;

/**
 * What one rank has registered with its communicator: buffers (rules MEM-03, MEM-04) and its parts
 * of collective windows (rules WIN-01 to WIN-07).
 */
public final class Registrations {
  /** The first version whose windows may differ in size between ranks (rule WIN-07). */
  private static final int UNEVEN_WINDOWS = 23003;

  private static final long WINDOW_ALIGNMENT = 4096;

  private final Endpoint endpoint;
  private final List<Registration> buffers = new ArrayList<>();
  private final List<Registration> windows = new ArrayList<>();

  Registrations(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Whether windows exist here (rules WIN-03, ENV-14). */
  public static boolean supportsWindows(World world) {
    return world.setting("NCCL_WIN_ENABLE", 1) != 0 && world.setting("NCCL_CUMEM_ENABLE", 1) != 0;
  }

  /** Registers a buffer, locally and at once; its handle. */
  public long register(long address, long bytes) {
    int place = 0;
    for (Registration each : buffers) {
      if (each.beginsBehind(address)) {
        break;
      }
      if (each.covers(address, bytes)) {
        each.again(address, bytes);
        return each.handle();
      }
      place++;
    }
    endpoint.clique().registersMemory();
    Registration made = new Registration(endpoint.device().newHandle(), address, bytes, 0, null);
    buffers.add(place, made);
    return made.handle();
  }

  /**
   * Drops one reference to a registered buffer.
   *
   * @return NCCL's result code
   */
  public int deregister(long handle) {
    Registration known = find(buffers, handle);
    if (known == null) {
      return ResultCode.INVALID_USAGE.code(); // ARG-27
    }
    if (known.drop()) {
      requireIdle(known, "buffer");
      buffers.remove(known);
    }
    return 0;
  }

  /** Registers this rank's part of a window at the end of the group (rules WIN-01, GRP-09). */
  public Job window(long address, long bytes, int flags, LongConsumer made) {
    return new WindowRegistration(address, bytes, flags, made);
  }

  /**
   * Ends this rank's part of a window, locally and at once (rule WIN-05).
   *
   * @return NCCL's result code
   */
  public int deregisterWindow(long handle) {
    Registration known = find(windows, handle);
    if (known == null) {
      return ResultCode.INTERNAL_ERROR.code(); // ARG-30
    }
    requireIdle(known, "window");
    windows.remove(known);
    return 0;
  }

  /** Where this rank's part of a window begins, or 0 if it is unknown (rule ARG-31). */
  public long userPointer(long handle) {
    Registration known = find(windows, handle);
    return known == null ? 0 : known.start();
  }

  /** This rank's part of the window with that handle, or null. */
  @Nullable Registration windowOf(long handle) {
    return find(windows, handle);
  }

  /** The symmetric window that {@code address} is in, or null (rule ARG-11). */
  @Nullable Registration symmetricWindowAt(long address) {
    for (Registration each : windows) {
      if (each.isSymmetric() && each.holds(address, 1)) {
        return each;
      }
    }
    return null;
  }

  /** The window that a buffer begins in, as NCCL looks for it: the last one to start before. */
  @Nullable Registration windowAround(long address) {
    Registration found = null;
    for (Registration each : windows) {
      if (each.start() <= address && (found == null || each.start() >= found.start())) {
        found = each;
      }
    }
    return found != null && address < found.end() ? found : null;
  }

  /** What a range was registered as, windows first, or null. */
  @Nullable Registration holding(long address, long bytes) {
    for (Registration each : windows) {
      if (each.holds(address, bytes)) {
        return each;
      }
    }
    for (Registration each : buffers) {
      if (each.holds(address, bytes)) {
        return each;
      }
    }
    return null;
  }

  private static @Nullable Registration find(List<Registration> among, long handle) {
    for (Registration each : among) {
      if (each.handle() == handle) {
        return each;
      }
    }
    return null;
  }

  /** SIM-55: what is deregistered while an operation uses it. */
  private void requireIdle(Registration known, String what) {
    Launch user = endpoint.user(known.start(), known.end());
    if (user == null || !endpoint.device().world().isChecking()) {
      return;
    }
    endpoint
        .clique()
        .throwIfError(
            new Report(
                    MisuseKind.BUFFER_FREED,
                    " in "
                        + endpoint.name()
                        + ": rank "
                        + endpoint.rank()
                        + " deregisters a "
                        + what
                        + " of "
                        + (known.end() - known.start())
                        + " bytes while "
                        + user.describe()
                        + " still uses it")
                .rank(endpoint.rank(), "deregistration", "at " + CallSite.current())
                .line("synchronize the stream first (MEM-06, SIM-55)"));
  }

  /** One registration of a window, from the call to the end of the group. */
  private final class WindowRegistration extends HostJob {
    private final long address;
    private final long bytes;
    private final int flags;
    private final LongConsumer made;

    WindowRegistration(long address, long bytes, int flags, LongConsumer made) {
      super(endpoint, "the registration of a window");
      this.address = address;
      this.bytes = bytes;
      this.flags = flags;
      this.made = made;
    }

    @Override
    protected int check() {
      SimMemory memory = endpoint.device().memory();
      if (!memory.isFromLibrary(address, bytes)) {
        return ResultCode.UNHANDLED_CUDA_ERROR.code(); // WIN-02
      }
      boolean aligned = memory.offsetOf(address) % WINDOW_ALIGNMENT == 0;
      return aligned ? 0 : ResultCode.INVALID_ARGUMENT.code(); // ARG-29
    }

    @Override
    protected void bring(Assembly meeting) {
      long around = endpoint.device().memory().allocatedAround(address);
      meeting.window().bring(endpoint.rank(), address, bytes, around);
    }

    @Override
    protected int agreed(Assembly meeting) {
      boolean mayDiffer = endpoint.device().world().version() >= UNEVEN_WINDOWS;
      boolean good = mayDiffer || meeting.window().isEven();
      return good ? 0 : ResultCode.UNHANDLED_CUDA_ERROR.code(); // WIN-07
    }

    @Override
    protected void done(Assembly meeting) {
      endpoint.clique().registersMemory();
      Registration part =
          new Registration(endpoint.device().newHandle(), address, bytes, flags, meeting.window());
      windows.add(part);
      made.accept(part.handle());
    }
  }
}
