package org.jccl.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider;
import org.jccl.CheckLevel;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.math.Kernels;

/**
 * Offers the simulator to {@link org.jccl.Backends}: always available, taken when nothing better
 * is.
 */
public final class SimProvider implements BackendProvider {
  /**
   * System property with the check level, where {@link BackendConfig#checks} is not given: {@code
   * none}, {@code default} or {@code full}.
   */
  public static final String CHECKS_PROPERTY = "jccl.sim.checks";

  /**
   * System property with a file for the timeline, where {@link BackendConfig#timeline} is not
   * given; see {@link Simulator.Builder#timeline}.
   */
  public static final String TIMELINE_PROPERTY = "jccl.sim.timeline";

  /**
   * System property with a plan of faults that strike in every world that is opened by name, as
   * {@link FaultPlan#parse} reads it; see {@link Simulator.Builder#faults}.
   */
  public static final String FAULTS_PROPERTY = "jccl.faults";

  /**
   * System property with the version code of the NCCL that is imitated in every world that is
   * opened by name, as in {@code 23007}; see {@link Simulator.Builder#ncclVersion}.
   */
  public static final String VERSION_PROPERTY = "jccl.sim.version";

  /** Found by {@link java.util.ServiceLoader}. */
  public SimProvider() {}

  @Override
  public String name() {
    return "sim";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Availability availability(BackendConfig config) {
    List<String> tried = new ArrayList<>(List.of("simulator: " + Kernels.choice().reason()));
    config
        .libraryPath()
        .ifPresent(path -> tried.add("simulator: ignores the library path " + path));
    return new Availability(true, "in-JVM simulator, needs no GPU", tried);
  }

  @Override
  public Backend open(BackendConfig config) {
    Simulator.Builder builder = Simulator.builder();
    builder.strict(config.strict());
    builder.checks(config.checks().orElseGet(SimProvider::checks));
    if (config.devices() > 0) {
      builder.devices(config.devices());
    }
    config.seed().ifPresent(builder::seed);
    config.timeline().or(SimProvider::timeline).ifPresent(builder::timeline);
    String faults = System.getProperty(FAULTS_PROPERTY, "");
    if (!faults.isBlank()) {
      builder.faults(FaultPlan.parse(faults));
    }
    String version = System.getProperty(VERSION_PROPERTY, "");
    if (!version.isBlank()) {
      builder.ncclVersion(version(version));
    }
    return builder.build().backend();
  }

  private static int version(String code) {
    try {
      return NcclFunction.code(code);
    } catch (IllegalArgumentException noVersion) {
      throw new IllegalArgumentException(
          VERSION_PROPERTY + "=" + code + ", expected a version such as 2.30.7 or 23007",
          noVersion);
    }
  }

  private static Optional<Path> timeline() {
    return Optional.ofNullable(System.getProperty(TIMELINE_PROPERTY)).map(Path::of);
  }

  private static CheckLevel checks() {
    String level = System.getProperty(CHECKS_PROPERTY, "default").toUpperCase(Locale.ROOT);
    try {
      return CheckLevel.valueOf(level);
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          CHECKS_PROPERTY + "=" + level + ", expected none, default or full", unknown);
    }
  }
}
