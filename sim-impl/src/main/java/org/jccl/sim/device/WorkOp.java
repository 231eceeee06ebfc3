package org.jccl.sim.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CleanText;
import org.jccl.DeviceRange;
import org.jccl.MisuseKind;
import org.jccl.UserCode;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.WorkFailedException;
import org.jccl.WorkMemory;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.kernel.BodyThread;
import org.jccl.sim.kernel.Steering;
import org.jccl.spi.RunningWork;
import org.jccl.spi.WorkLayout;
import org.jccl.spi.WorkLayout.Piece;
import org.jccl.spi.WorkView;
import org.jspecify.annotations.Nullable;

/** Work of the program's own (rules STR-32 to STR-36). */
final class WorkOp extends StreamOp {
  private static final int MOST_FRAMES = 8;

  private final SimMemory memory;
  private final WorkLayout layout;
  private final Work work;
  private final WorkBody body;

  /** A call of jccl that the body has made and perhaps caught. */
  private volatile @Nullable RuntimeException called;

  WorkOp(SimStream stream, SimMemory memory, WorkLayout layout, WorkBody body) {
    super(stream);
    this.memory = memory;
    this.layout = layout;
    this.work = layout.work();
    this.body = body;
    layout.all().forEach(this::segment);
  }

  private MemorySegment segment(Piece piece) {
    return memory.range(piece.address(), piece.bytes(), work.toString());
  }

  @Override
  protected long shape() {
    long all = work.name().hashCode();
    for (Piece piece : layout.all()) {
      all = Trail.mixed(all, Trail.mixed(piece.address(), piece.bytes()));
    }
    return all;
  }

  @Override
  protected boolean usesMemory() {
    return !layout.all().isEmpty();
  }

  @Override
  protected Accessor uses() {
    Accessor all = accessor(work.toString());
    work.reads().forEach(range -> all.uses(range.address(), range.bytes(), false));
    layout.written().forEach(piece -> all.uses(piece.address(), piece.bytes(), true));
    return all;
  }

  // ---------------------------------------------------------------- the body

  @Override
  protected void perform() {
    DeviceContext context = stream().context();
    Steering steering = context.simulation().kernel().steering();
    if (steering != null) {
      steering.unknown(); // a body may touch whatever the program has
    }
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread stuck =
        BodyThread.run(
            over -> thrown.set(runBody(over)), context.simulation().kernel().patience().nanos());
    RuntimeException refusal = called;
    Throwable broken = thrown.get();
    if (stuck != null) {
      context.failed(stream(), endless(stuck));
    } else if (refusal != null) {
      context.failed(stream(), refusal);
    } else if (broken != null) {
      context.failed(stream(), failure(broken));
    }
  }

  private @Nullable Throwable runBody(AtomicBoolean over) {
    try (Arena arena = Arena.ofShared()) { // a body may share its work among threads
      MemorySegment block = arena.allocate(Math.max(1, layout.bytes()), 256);
      for (Piece piece : layout.all()) {
        MemorySegment.copy(segment(piece), 0, block, piece.offset(), piece.bytes());
      }
      WorkView view = new WorkView(layout, block, this::undeclared);
      Throwable thrown = RunningWork.run(body, looking(view), this::call);
      if (BodyThread.ends(over) && thrown == null) {
        for (Piece piece : layout.written()) {
          MemorySegment.copy(block, piece.offset(), segment(piece), 0, piece.bytes());
          memory.wrote(piece.address(), piece.bytes());
        }
      }
      return thrown;
    } catch (RuntimeException | Error broken) {
      return broken;
    }
  }

  private WorkMemory looking(WorkView view) {
    return range -> {
      MemorySegment part = view.of(range);
      if (part.isReadOnly()) {
        requireWritten(range);
      }
      return part;
    };
  }

  /** What is read must have been written, a part of it at least (rule SIM-63). */
  private void requireWritten(DeviceRange range) {
    List<Undefined> undefined = memory.undefinedIn(range.address(), range.bytes());
    long unwritten = undefined.stream().mapToLong(Undefined::bytes).sum();
    DeviceContext context = stream().context();
    if (unwritten > 0
        && unwritten == range.bytes()
        && !context.simulation().findings().isBroken()) {
      Undefined found = memory.takeUndefined(range.address(), range.bytes());
      ReportBuilder late =
          context.hazards().writtenTooLate(this, range.address(), range.address() + range.bytes());
      context.report(
          late != null
              ? late
              : report(MisuseKind.UNINITIALIZED_DATA, "reads what nobody has written: " + found)
                  .line("write the memory first (SIM-63)"));
    }
  }

  // ---------------------------------------------------------------- what a body does wrong

  private ReportBuilder report(MisuseKind kind, String what) {
    String site = CallSite.current();
    return new ReportBuilder(
            kind, " on device " + stream().context().index() + ": " + describe() + " " + what)
        .rank(rank(), "the body of " + work + enqueued(), "at " + site);
  }

  private String enqueued() {
    return site() == null ? "" : ", enqueued at " + site();
  }

  private RuntimeException keep(ReportBuilder report) {
    RuntimeException kept = stream().context().simulation().findings().keep(report);
    called = called == null ? kept : called;
    return kept;
  }

  /** Rule STR-34. */
  private RuntimeException call() {
    RuntimeException before = called;
    return before != null
        ? before
        : keep(
            report(MisuseKind.HOST_FUNCTION, "calls jccl")
                .line(
                    "a host function calls neither jccl nor CUDA: do it before the work is enqueued,"
                        + " or when it has been waited for (STR-34, SIM-65)"));
  }

  /** Rule STR-33. */
  private RuntimeException undeclared(DeviceRange range) {
    return keep(
        report(
                MisuseKind.UNDECLARED_ACCESS,
                "uses memory that it does not declare: "
                    + stream().context().place(range.address(), range.address() + range.bytes()))
            .line("name it in reads(…) or writes(…) (STR-33, SIM-64)"));
  }

  private RuntimeException failure(Throwable thrown) {
    if (isWriteOfReadOnly(thrown)) {
      String site = siteOf(thrown);
      return stream()
          .context()
          .simulation()
          .findings()
          .keep(
              new ReportBuilder(
                      MisuseKind.UNDECLARED_ACCESS,
                      " on device "
                          + stream().context().index()
                          + ": "
                          + describe()
                          + " writes memory that it declares to read only")
                  .rank(rank(), "the body of " + work + enqueued(), site)
                  .line("name it in writes(…) (STR-33, SIM-64)"));
    }
    String site = siteOf(thrown);
    return new WorkFailedException(
        describe()
            + " failed: "
            + CleanText.of(thrown)
            + (site == null ? "" : "\n    " + site)
            + (site() == null ? "" : "\n  enqueued at " + site()),
        thrown);
  }

  /** The user's line on which it was thrown. */
  private static @Nullable String siteOf(Throwable thrown) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (UserCode.isUser(frame)) {
        return "at " + frame;
      }
    }
    return null;
  }

  private static boolean isWriteOfReadOnly(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    boolean ofMemory =
        trace.length > 0 && trace[0].getClassName().startsWith("jdk.internal.foreign");
    return thrown instanceof ReadOnlyBufferException
        || (ofMemory && String.valueOf(thrown.getMessage()).contains("read-only"));
  }

  /** Rule STR-36. */
  private RuntimeException endless(Thread stuck) {
    ReportBuilder report =
        new ReportBuilder(
            MisuseKind.HOST_BLOCKED,
            " on device "
                + stream().context().index()
                + ": the body of "
                + describe()
                + " does not return (its thread is "
                + stuck.getState()
                + ")");
    String site = null;
    for (StackTraceElement frame : UserCode.standing(stuck.getStackTrace(), MOST_FRAMES)) {
      site = site == null ? "at " + frame : site + "\n    at " + frame;
    }
    report
        .rank(rank(), "the body of " + work + enqueued(), site)
        .line(
            "a body waits for nobody: its stream waits for it, and others for that (STR-36, SIM-66)");
    stuck.interrupt();
    return stream().context().simulation().findings().keep(report);
  }

  // ---------------------------------------------------------------- words

  @Override
  protected long duration() {
    return Math.round(work.micros() * 1_000);
  }

  @Override
  protected String label() {
    return work.name();
  }

  @Override
  public String describe() {
    return work + " on " + stream();
  }
}
