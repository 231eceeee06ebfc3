package org.jccl.conformance.misuse;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.CheckLevel;
import org.jccl.ReportedMisuse;
import org.jccl.conformance.harness.NcclSubject;
import org.jccl.conformance.harness.Opened;
import org.jccl.conformance.harness.Reporting;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.Loopback;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/** What the programs can run on. */
public enum MisuseSubject {
  /** NCCL on this machine's GPUs. */
  NCCL(false) {
    @Override
    Subject.Instance open(MisuseCase misuse, Sightings seen) {
      return GPUS.get();
    }
  },

  /** The simulator, with full checks. */
  SIM(true) {
    @Override
    Subject.Instance open(MisuseCase misuse, Sightings seen) {
      return new SimulatorSubject().open(reporting(misuse, seen));
    }
  },

  /** The binding over the simulator: threads as on GPUs, reports as error codes. */
  LOOPBACK(true) {
    @Override
    Subject.Instance open(MisuseCase misuse, Sightings seen) {
      Loopback loopback = Loopback.open(DEVICES, version(misuse));
      return new Opened(
          loopback.backend(),
          Optional.of(loopback.raw()),
          () -> {
            for (Throwable failure : loopback.failures()) {
              if (failure instanceof ReportedMisuse report) {
                seen.reported("the library", report);
              }
            }
            loopback.close();
          });
    }
  };

  private static final Supplier<Subject.Instance> GPUS = new Once(() -> new NcclSubject().open());
  private static final int DEVICES = 4;

  private final boolean reports;

  MisuseSubject(boolean reports) {
    this.reports = reports;
  }

  /** Whether it ends every wait by itself. */
  boolean reports() {
    return reports;
  }

  /** As in file names and on command lines. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The subject of that name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static MisuseSubject named(String name) {
    for (MisuseSubject subject : values()) {
      if (subject.label().equals(name)) {
        return subject;
      }
    }
    throw new IllegalArgumentException(
        "no backend is called '" + name + "': use nccl, sim or loopback");
  }

  /**
   * Makes sure that programs can run on it here.
   *
   * @throws org.jccl.BackendUnavailableException if they cannot
   */
  public void requireHere() {
    if (this == NCCL) {
      Backends.choose(label(), BackendConfig.defaults());
    }
  }

  /** Opens a fresh one for a row; what it warns of goes to {@code seen}. */
  abstract Subject.Instance open(MisuseCase misuse, Sightings seen);

  private static int version(MisuseCase misuse) {
    return Math.max(misuse.since(), Simulator.DEFAULT_VERSION);
  }

  /** What a row asks of a subject that reports. */
  static Reporting reporting(MisuseCase misuse, Sightings seen) {
    return new Reporting(version(misuse), DEVICES, CheckLevel.FULL, misuse.strict(), seen::warned);
  }

  /** The GPUs are opened once for all programs of a process. */
  private static final class Once implements Supplier<Subject.Instance> {
    private final Supplier<Subject.Instance> opening;
    private Subject.@Nullable Instance opened;

    Once(Supplier<Subject.Instance> opening) {
      this.opening = opening;
    }

    @Override
    public synchronized Subject.Instance get() {
      Subject.Instance known = opened;
      if (known == null) {
        known = opening.get();
        opened = known;
      }
      return known;
    }
  }

  /** All names, for messages. */
  public static List<String> names() {
    return List.of("nccl", "sim", "loopback");
  }
}
