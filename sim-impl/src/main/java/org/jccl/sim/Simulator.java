package org.jccl.sim;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.CleanText;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.config.TimeLimit;
import org.jccl.ops.Call;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.FaultRecord;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.cost.NcclModel;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.faults.FaultInjector;
import org.jccl.sim.faults.FaultLog;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.KnownDefects;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jccl.sim.machine.Variables;
import org.jccl.sim.math.Kernels;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * A world of simulated GPUs: devices, schedule, checks. Nothing is shared between two of them.
 *
 * <p>Rank programs that {@link org.jccl.Ranks} starts run one at a time, in an order that {@link
 * Builder#seed} decides: the same seed gives the same {@link #traceHash()}, in every process.
 * Threads that the simulator did not start may use it too (free mode), then the order is the
 * machine's.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Simulations.java" region="simulator"}
 */
public final class Simulator implements AutoCloseable {
  /** The version that is imitated unless told otherwise: 2.28.9. */
  public static final int DEFAULT_VERSION = 22809;

  /** The newest version whose rules are known: 2.32.3. */
  public static final int NEWEST_VERSION = 23203;

  /** The oldest one: 2.27.3. */
  public static final int OLDEST_VERSION = 22703;

  /** Who hears of each that is built: a check of all that a test has built. */
  private static volatile Consumer<Simulator> built = any -> {};

  private final Kernel kernel;
  private final SimBackend backend;
  private final Findings findings;
  private final RunFiles files;
  private final @Nullable FaultInjector faults;
  private final List<String> leaks = Collections.synchronizedList(new ArrayList<>());

  private Simulator(Builder builder) {
    Choices choices = builder.decidedBy();
    TimeLimit foreignTimeout = new TimeLimit(builder.foreignTimeout);
    FaultPlan plan = builder.faults;
    // Where something breaks, programs are to come to their limits, however long those are.
    TimeLimit patience = plan == null ? new TimeLimit(builder.stallLimit) : TimeLimit.forever();
    this.kernel = new Kernel(choices, foreignTimeout, patience);
    this.findings = new Findings(builder.strict, builder.warnings, replay(builder, choices));
    findings.rehearses(new FaultRecord(plan != null));
    findings.isToldTo(choices.steering());
    this.files = new RunFiles(builder.timeline, kernel.trace(), findings::tell);
    Simulation simulation =
        new Simulation(
            builder.ncclVersion,
            new KnownDefects(builder.knownDefects, builder.ncclVersion),
            builder.environment,
            kernel,
            builder.checks,
            findings,
            new Lifetimes(builder.checks != CheckLevel.NONE),
            builder.checks == CheckLevel.NONE || !builder.races
                ? null
                : new HappensBefore(kernel::tasks),
            new AtomicInteger(Call.PRE_MUL_SUM),
            builder.profile,
            NcclModel.of(builder.profile, builder.ncclVersion),
            files.timeline(),
            builder.residentKernels,
            builder.eagerSends);
    kernel.keepOrder(simulation.order());
    String words =
        "in-JVM simulator of "
            + CleanText.count(builder.devices, "device")
            + ", "
            + choices.describe()
            + ", checks "
            + builder.checks
            + ", "
            + Kernels.choice().reason();
    StallWatch watch = new StallWatch(kernel, findings, builder.stallLimit, builder.foreignTimeout);
    this.backend = new SimBackend(this, simulation, builder.devices, words, watch);
    this.faults = plan == null ? null : new FaultInjector(plan, kernel, findings.faults(), backend);
    if (faults != null) {
      kernel.watchCalls(faults);
    }
    HangReports hangs =
        new HangReports(kernel, findings, backend.creations(), faults, foreignTimeout);
    kernel.onQuiescence(hangs::deadlock);
    kernel.onStandstill(hangs::standstill);
  }

  /** All that decides how a run goes: schedule, machine, version, what is checked. */
  private static String replay(Builder builder, Choices choices) {
    return choices.describe()
        + ", "
        + builder.devices
        + (builder.devices == 1 ? " device" : " devices")
        + ", NCCL "
        + NcclFunction.text(builder.ncclVersion)
        + ", checks "
        + builder.checks
        + (builder.strict ? ", strict" : "")
        + (builder.knownDefects ? ", known defects" : "")
        + (builder.races ? "" : ", no races")
        + (builder.residentKernels == 0 ? "" : ", resident kernels " + builder.residentKernels)
        + (builder.eagerSends ? ", eager sends" : "")
        + (builder.environment.isEmpty()
            ? ""
            : ", " + CleanText.line(new TreeMap<>(builder.environment).toString()))
        + (builder.faults == null || builder.faults.isEmpty()
            ? ""
            : ", faults '" + builder.faults + "'");
  }

  /**
   * {@return a builder with the defaults: 8 devices, first in first out, {@link
   * CheckLevel#DEFAULT}}
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@return the simulator whose backend this is, if it is one's}
   *
   * @param backend the backend
   */
  public static Optional<Simulator> of(Backend backend) {
    return backend instanceof SimBackend own ? Optional.of(own.simulator()) : Optional.empty();
  }

  /**
   * How NCCL would carry out a collective on the machine that is imitated, alone in its group.
   *
   * @param communicator an open one of a simulator
   * @param operation all-reduce, broadcast, reduce, all-gather or reduce-scatter
   * @param type the element type
   * @param reduction of those that reduce; anything for others
   * @param count NCCL's count argument, at least 1
   * @return how NCCL would carry it out
   * @throws IllegalArgumentException if it is another operation or another backend's communicator
   * @throws org.jccl.CollectiveException if pins and variables leave no algorithm (ENV-06)
   */
  public static CallPlan plan(
      Communicator communicator,
      Operation operation,
      DataType type,
      ReduceOp reduction,
      long count) {
    return plansOf(communicator).plan(operation, type, reduction, count, false);
  }

  /**
   * The same for a call whose buffers are two that are registered, but in no window.
   *
   * @param communicator an open one of a simulator
   * @param operation the operation
   * @param type the element type
   * @param reduction how elements are combined
   * @param count number of elements
   * @return how NCCL would carry it out
   */
  public static CallPlan planRegistered(
      Communicator communicator,
      Operation operation,
      DataType type,
      ReduceOp reduction,
      long count) {
    return plansOf(communicator).plan(operation, type, reduction, count, true);
  }

  /**
   * {@return how NCCL would carry out a collective whose buffers lie in symmetric windows, alone in
   * its group; empty if it would do so as in any other memory}
   *
   * @param communicator an open one of a simulator
   * @param operation all-reduce, broadcast, reduce, all-gather or reduce-scatter
   * @param type the element type
   * @param reduction of those that reduce; anything for others
   * @param count NCCL's count argument, at least 1
   * @throws IllegalArgumentException if it is another operation or another backend's communicator
   */
  public static Optional<SymmetricCallPlan> planSymmetric(
      Communicator communicator,
      Operation operation,
      DataType type,
      ReduceOp reduction,
      long count) {
    return plansOf(communicator).planSymmetric(operation, type, reduction, count);
  }

  private static CallPlans plansOf(Communicator communicator) {
    if (!(communicator instanceof SimCommunicator own)) {
      throw new IllegalArgumentException(communicator + " is not a simulator's");
    }
    return own.plans();
  }

  /** {@return what replays this simulation, for people: {@code schedule random, seed 42}} */
  public String schedule() {
    return kernel.choices().describe();
  }

  /** {@return the backend whose devices and communicators are this world's} */
  public Backend backend() {
    return backend;
  }

  /** {@return the raw, C-shaped surface of this world} */
  public NcclAbi raw() {
    return backend.raw();
  }

  /**
   * Hands the devices to another backend, one that works through {@link #raw()}: they say that they
   * belong to it, and {@link #backend()} refuses them from then on.
   *
   * @param owner the communicator that made it
   * @return the devices
   */
  public List<Device> devicesOf(Backend owner) {
    return backend.handTo(owner);
  }

  /** {@return the hash of everything that has happened: equal hashes, equal schedules} */
  public long traceHash() {
    return kernel.trace().hash();
  }

  /** {@return the number of events in the trace} */
  public long traceEvents() {
    return kernel.trace().events();
  }

  /**
   * Writes the events of the trace into {@code file}, one a line, until the simulator is closed:
   * two such files show where two runs part. If the file's name ends with {@code .jsonl}, each line
   * is an object of JSON. To be called before anything runs.
   *
   * @param file is written anew
   * @throws UncheckedIOException if the file cannot be written
   * @throws IllegalStateException if something has happened already
   */
  public void writeTrace(Path file) {
    files.writeTrace(file);
  }

  /**
   * {@return whether the last run of rank programs can be repeated exactly: no foreign thread took
   * part and no rank blocked outside jccl}
   */
  public boolean isRepeatable() {
    return kernel.isRepeatable();
  }

  /**
   * {@return every misuse reported so far, in order: those that were thrown, and those that were
   * only told because they are warnings. What followed from one of them, or from another failure of
   * a rank, is not among them. The first thousand are kept; {@link #droppedFindings()} counts the
   * rest}
   */
  public List<ReportedMisuse> findings() {
    return findings.all();
  }

  /**
   * {@return how many reports {@link #findings()} does not have because there were too many: they
   * were thrown or told like the others}
   */
  public long droppedFindings() {
    return findings.dropped();
  }

  /**
   * {@return what was found to be left open by {@link #close()}, a line each; none if a report was
   * thrown or a rank has failed before: then nobody was to close it}
   */
  public List<String> leaks() {
    return List.copyOf(leaks);
  }

  /**
   * {@return what faults did so far, and at which calls they could have struck; empty if no plan
   * was given}
   */
  public Optional<FaultLog> faults() {
    return Optional.ofNullable(faults).map(FaultInjector::log);
  }

  /** From now on {@code listener} hears of each simulator that is built, instead of any other. */
  static void tellBuilt(Consumer<Simulator> listener) {
    built = listener;
  }

  /** Lets faults strike; null if nothing is planned. */
  @Nullable FaultInjector injector() {
    return faults;
  }

  /** {@return what nobody has closed so far} */
  public Alive alive() {
    return backend.alive();
  }

  /**
   * {@return the ranks of the current or last run that have not ended, with what they wait for and
   * where they are; none once a run has come back}
   */
  public List<String> waiting() {
    List<String> lines = new ArrayList<>();
    for (HostTask task : kernel.tasks()) {
      Wait wait = task.waitingFor();
      if (task.state() != HostTask.State.FINISHED) {
        String site = CallSite.of(task.thread());
        lines.add(
            task
                + (wait == null ? "" : " waits for " + wait.describe())
                + (site == null ? "" : "\n    at " + site));
      }
    }
    return lines;
  }

  void leaked(String line) {
    if (!findings.excusesLeaks()) {
      leaks.add(line);
      findings.tell("leak: " + line);
    }
  }

  /** The backend is closed: nothing more will happen. */
  void ended() {
    files.close();
  }

  /**
   * {@return which of the files that were asked for could not be written when the simulator was
   * closed, and why; empty if all were}
   */
  public List<String> unwrittenFiles() {
    return files.unwritten();
  }

  /** Closes all devices and reports what was left open. Idempotent. */
  @Override
  public void close() {
    backend.close();
  }

  /** Collects the properties of a simulated world. */
  public static final class Builder {
    private int ncclVersion = DEFAULT_VERSION;
    private Map<String, String> environment = Map.of();
    private int devices = 8;
    private GpuProfile profile = GpuProfile.h200();
    private @Nullable Long seed;
    private @Nullable Choices choices;
    private int residentKernels;
    private boolean eagerSends;
    private CheckLevel checks = CheckLevel.DEFAULT;
    private boolean races = true;
    private boolean strict;
    private boolean knownDefects;
    private Duration stallLimit = Duration.ofSeconds(5);
    private Duration foreignTimeout = Duration.ofMinutes(2);
    private @Nullable Path timeline;
    private Consumer<String> warnings = line -> System.err.println("jccl: " + line);
    private @Nullable FaultPlan faults;

    private Builder() {}

    /**
     * Sets the version of NCCL to imitate, 2.28.9 unless set: its functions, its configuration
     * fields, its quirks (rule VER-05).
     *
     * @param value NCCL's version code
     * @return this builder
     * @throws IllegalArgumentException if the simulator does not imitate that version
     */
    public Builder ncclVersion(int value) {
      if (value < OLDEST_VERSION || value > NEWEST_VERSION) {
        throw new IllegalArgumentException(
            "ncclVersion "
                + value
                + ": the simulator imitates "
                + OLDEST_VERSION
                + " to "
                + NEWEST_VERSION
                + ", which is "
                + NcclFunction.text(OLDEST_VERSION)
                + " to "
                + NcclFunction.text(NEWEST_VERSION));
      }
      ncclVersion = value;
      return this;
    }

    /**
     * Sets the version of NCCL to imitate by its name.
     *
     * @param name the version in words, as in {@code 2.31.2}, or its code
     * @return this builder
     * @throws IllegalArgumentException if it is no version, or the simulator does not imitate it
     */
    public Builder ncclVersion(String name) {
      return ncclVersion(NcclFunction.code(name));
    }

    /**
     * Sets NCCL's environment variables as this world sees them, none unless set. The process's own
     * are not read, so that a simulation does not depend on where it runs (chapter 10); a file that
     * {@code NCCL_CONF_FILE} names is.
     *
     * @param value variables by name
     * @return this builder
     */
    public Builder environment(Map<String, String> value) {
      environment = Variables.withFile(Map.copyOf(value));
      return this;
    }

    /**
     * Sets the machine to imitate, H200 behind an NVSwitch unless set. It decides which algorithm
     * NCCL would choose, in which order elements are folded, and how long that takes. More devices
     * than it has in a host are on several hosts.
     *
     * @param value the machine
     * @return this builder
     */
    public Builder profile(GpuProfile value) {
      profile = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets the number of devices, 8 unless set.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1, or more than the heap has room for
     */
    public Builder devices(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("devices " + value + ", expected at least 1");
      }
      HeapRoom.require("devices", value, HeapRoom.DEVICE_BYTES);
      devices = value;
      return this;
    }

    /**
     * Makes the schedule random, from a seed. Unless set it is first in, first out.
     *
     * @param value the seed
     * @return this builder
     */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Sets whether races are looked for in all that could happen in another order, and the line of
     * each call is known to reports. It is so unless set, except without checks. Without it only
     * what is under way at the same moment is compared, and calls cost a little less.
     *
     * @param value whether it is so
     * @return this builder
     */
    public Builder races(boolean value) {
      races = value;
      return this;
    }

    /**
     * Sets how many kernels a device holds at once: NCCL does not promise that those of two streams
     * run at the same time. Any number unless set.
     *
     * @param value the number; 0 for any
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder residentKernels(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("residentKernels " + value + ", expected at least 0");
      }
      residentKernels = value;
      return this;
    }

    /**
     * Sets whether small sends end before their receives are there, and the root's part in small
     * broadcasts before the others have begun, as NCCL's may (rule P2P-11): what fits into a
     * connection's buffer, {@code NCCL_BUFFSIZE}. Unless set they wait for who takes it.
     *
     * @param value whether they do
     * @return this builder
     */
    public Builder eagerSends(boolean value) {
      eagerSends = value;
      return this;
    }

    /**
     * Sets who decides, instead of a seed: the search of this module.
     *
     * @param value takes the decisions of this world alone
     * @return this builder
     */
    public Builder choices(Choices value) {
      choices = value;
      return this;
    }

    private Choices decidedBy() {
      if (choices != null) {
        return choices;
      }
      return seed == null ? Choices.fifo() : Choices.random(seed);
    }

    /**
     * Sets how much is checked.
     *
     * @param value the level
     * @return this builder
     */
    public Builder checks(CheckLevel value) {
      checks = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets whether every blocking stream operation waits until all its participants have issued it,
     * as NCCL may (rule STR-11), and whether programs that are only fragile are errors. It is off
     * unless set.
     *
     * @param value whether the world is strict
     * @return this builder
     */
    public Builder strict(boolean value) {
      strict = value;
      return this;
    }

    /**
     * Sets whether the defects that the imitated version of NCCL is known to have show, each
     * whenever it may (rules VER-06 to VER-08, VER-10, VER-11 and PMS-12). In practice they show
     * rarely. They are off unless set.
     *
     * @param value whether they are imitated
     * @return this builder
     */
    public Builder knownDefects(boolean value) {
      knownDefects = value;
      return this;
    }

    /**
     * Sets how long nothing may happen because ranks block or loop outside jccl, 5 seconds unless
     * set: then that is reported as {@code HOST_BLOCKED} and ends the run. A rank that waits counts
     * by the clock, one that runs by its processor time. Inside {@code rank.blocking} the limit is
     * {@link #foreignTimeout}, if that is longer.
     *
     * @param value the time
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder stallLimit(Duration value) {
      stallLimit = TimeLimit.of(value, "stallLimit").duration();
      return this;
    }

    /**
     * Sets how long a thread that the simulator did not start waits at most, 2 minutes unless set.
     *
     * @param value the time
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder foreignTimeout(Duration value) {
      foreignTimeout = TimeLimit.of(value, "foreignTimeout").duration();
      return this;
    }

    /**
     * Sets where warnings go, a line each. They go to standard error unless set.
     *
     * @param value takes a line
     * @return this builder
     */
    public Builder warnings(Consumer<String> value) {
      warnings = Objects.requireNonNull(value, "warnings");
      return this;
    }

    /**
     * Sets a file for what happens in virtual time, as JSON that Perfetto and {@code
     * chrome://tracing} show. It is complete once the simulator is closed. Unless set there is
     * none.
     *
     * @param value the file
     * @return this builder
     */
    public Builder timeline(Path value) {
      timeline = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Plans faults: exceptions, ranks that exit or hang, lost connections, … at chosen calls.
     * Unless set nothing breaks. With {@link FaultPlan#none()} nothing breaks either, and {@link
     * Simulator#faults()} tells at which calls something could. In a world with a plan, whatever
     * limit a wait has passes in virtual time as soon as nothing else can happen.
     *
     * @param value what breaks, and when
     * @return this builder
     */
    public Builder faults(FaultPlan value) {
      faults = Objects.requireNonNull(value);
      return this;
    }

    /**
     * {@return the world}
     *
     * @throws UncheckedIOException if the timeline cannot be written
     */
    public Simulator build() {
      Simulator made = new Simulator(this);
      built.accept(made);
      return made;
    }
  }
}
