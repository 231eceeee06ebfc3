package org.jccl.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.sim.math.Kernels;
import org.jccl.spi.BackendProvider;

/**
 * Offers the simulator to {@link org.jccl.Backends}: always available, taken when nothing better
 * is.
 */
public final class SimProvider implements BackendProvider {
  /** System property with the check level: {@code none}, {@code default} or {@code full}. */
  public static final String CHECKS_PROPERTY = "jccl.sim.checks";

  /** System property with a file for the timeline; see {@link Simulator.Builder#timeline}. */
  public static final String TIMELINE_PROPERTY = "jccl.sim.timeline";

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
  public Availability availability(Wishes wishes) {
    List<String> tried = new ArrayList<>(List.of("simulator: " + Kernels.choice().reason()));
    if (wishes.libraryPath() != null) {
      tried.add("simulator: ignores the library path " + wishes.libraryPath());
    }
    return new Availability(true, "in-JVM simulator, needs no GPU", tried);
  }

  @Override
  public Backend open(Wishes wishes) {
    Simulator.Builder builder = Simulator.builder().checks(checks());
    if (wishes.devices() > 0) {
      builder.devices(wishes.devices());
    }
    Long seed = wishes.seed();
    if (seed != null) {
      builder.seed(seed);
    }
    String timeline = System.getProperty(TIMELINE_PROPERTY);
    if (timeline != null) {
      builder.timeline(Path.of(timeline));
    }
    return builder.build().backend();
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
