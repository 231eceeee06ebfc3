package org.jccl.sim.comm.life;

import java.util.function.LongConsumer;
import org.jccl.ResultCode;
import org.jccl.sim.device.SimMemory;
import org.jspecify.annotations.Nullable;

/** One rank's part in the registration of a window, at the end of its group (WIN-01, GRP-09). */
public final class WindowRegistrationJob extends HostJob {
  /** The first version whose windows may differ in size between ranks (rule WIN-07). */
  private static final int UNEVEN_WINDOWS = 23003;

  private static final long WINDOW_ALIGNMENT = 4096;

  private final SimMemory memory;
  private final long address;
  private final long bytes;
  private final int flags;
  private final LongConsumer made;
  private final @Nullable String site;

  /** Registers memory of {@code life}'s device; {@code made} is told the handle. */
  public WindowRegistrationJob(
      CommLifecycle life, long address, long bytes, int flags, LongConsumer made) {
    super(life, "the registration of a window");
    this.memory = life.device().memory();
    this.address = address;
    this.bytes = bytes;
    this.flags = flags;
    this.made = made;
    this.site = life.simulation().lifetimes().here();
  }

  @Override
  protected int check() {
    if (!memory.isFromLibrary(address, bytes)) {
      return ResultCode.UNHANDLED_CUDA_ERROR.code(); // WIN-02
    }
    boolean aligned = memory.offsetOf(address) % WINDOW_ALIGNMENT == 0;
    return aligned ? 0 : ResultCode.INVALID_ARGUMENT.code(); // ARG-29
  }

  @Override
  protected void bring(HostCollective meeting) {
    meeting.window().bring(rank(), address, bytes, memory.allocatedAround(address));
  }

  @Override
  protected int agreed(HostCollective meeting) {
    boolean mayDiffer = life().simulation().version() >= UNEVEN_WINDOWS;
    boolean good = mayDiffer || meeting.window().isEven();
    return good ? 0 : ResultCode.UNHANDLED_CUDA_ERROR.code(); // WIN-07
  }

  @Override
  protected void done(HostCollective meeting) {
    own().oneSided().hasWindow();
    made.accept(own().registrations().addWindow(address, bytes, flags, meeting.window(), site));
  }
}
