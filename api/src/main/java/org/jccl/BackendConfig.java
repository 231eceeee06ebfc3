package org.jccl;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a backend is opened by {@link Backends}. Each backend takes what concerns it: NCCL the
 * library, the simulator the seed, the checks and the timeline, both the number of devices.
 * Immutable.
 *
 * <pre>{@code
 * Backend backend = Backends.load("sim", BackendConfig.builder().devices(8).seed(42).build());
 * }</pre>
 */
public final class BackendConfig {
  private static final BackendConfig DEFAULTS = builder().build();

  private final @Nullable String libraryPath;
  private final int devices;
  private final @Nullable Long seed;
  private final @Nullable CheckLevel checks;
  private final @Nullable Path timeline;
  private final boolean strict;

  private BackendConfig(Builder builder) {
    this.libraryPath = builder.libraryPath;
    this.devices = builder.devices;
    this.seed = builder.seed;
    this.checks = builder.checks;
    this.timeline = builder.timeline;
    this.strict = builder.strict;
  }

  /**
   * Nothing asked for: the library that is found, all devices, each backend's own defaults.
   *
   * @return the defaults
   */
  public static BackendConfig defaults() {
    return DEFAULTS;
  }

  /**
   * The defaults, but so many devices; 0 means all there are (simulator: its default).
   *
   * @param devices number of devices; 0 for all
   * @return the configuration
   */
  public static BackendConfig ofDevices(int devices) {
    return builder().devices(devices).build();
  }

  /** {@return a builder with the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder with what is set here} */
  public Builder toBuilder() {
    Builder copy = new Builder();
    copy.libraryPath = libraryPath;
    copy.devices = devices;
    copy.seed = seed;
    copy.checks = checks;
    copy.timeline = timeline;
    copy.strict = strict;
    return copy;
  }

  /** {@return the path of the NCCL library to use; without it one is looked for} */
  public Optional<String> libraryPath() {
    return Optional.ofNullable(libraryPath);
  }

  /** {@return the number of devices; 0 means all there are (simulator: its default)} */
  public int devices() {
    return devices;
  }

  /** {@return the seed of the simulator's schedule; without it ranks run first in, first out} */
  public OptionalLong seed() {
    return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
  }

  /** {@return how much the simulator checks; without it what {@code jccl.sim.checks} says} */
  public Optional<CheckLevel> checks() {
    return Optional.ofNullable(checks);
  }

  /**
   * {@return the file for the simulator's timeline; without it what {@code jccl.sim.timeline} says}
   */
  public Optional<Path> timeline() {
    return Optional.ofNullable(timeline);
  }

  /**
   * {@return whether the simulator waits wherever NCCL may, and takes programs that are only
   * fragile for wrong}
   */
  public boolean strict() {
    return strict;
  }

  /** Collects the fields; not for sharing between threads. */
  public static final class Builder {
    private @Nullable String libraryPath;
    private int devices;
    private @Nullable Long seed;
    private @Nullable CheckLevel checks;
    private @Nullable Path timeline;
    private boolean strict;

    private Builder() {}

    /**
     * Sets {@link BackendConfig#libraryPath()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder libraryPath(String value) {
      libraryPath = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link BackendConfig#devices()}.
     *
     * @param value the value
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder devices(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("devices " + value + " is negative");
      }
      devices = value;
      return this;
    }

    /**
     * Sets {@link BackendConfig#seed()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Sets {@link BackendConfig#checks()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder checks(CheckLevel value) {
      checks = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link BackendConfig#timeline()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder timeline(Path value) {
      timeline = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link BackendConfig#strict()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder strict(boolean value) {
      strict = value;
      return this;
    }

    /** {@return the configuration} */
    public BackendConfig build() {
      return new BackendConfig(this);
    }
  }
}
