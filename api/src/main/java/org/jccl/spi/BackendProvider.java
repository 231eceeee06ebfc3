package org.jccl.spi;

import java.util.List;
import org.jccl.Backend;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backend; found by {@link java.util.ServiceLoader}. Looking at a provider loads no native
 * code that could fail the JVM.
 */
public interface BackendProvider {
  /**
   * What the caller wishes for.
   *
   * @param libraryPath path of the NCCL library to use, or null for discovery
   * @param devices number of devices wanted, or 0 for all there are (simulator: its default)
   * @param seed seed of the simulator's schedule, or null for the first-in-first-out schedule
   */
  record Wishes(@Nullable String libraryPath, int devices, @Nullable Long seed) {
    /** No wish at all. */
    public static final Wishes NONE = new Wishes(null, 0, null);
  }

  /**
   * Whether the backend can be opened here.
   *
   * @param reason one sentence: why it can, or why it cannot
   * @param tried what was looked at, a line each, for {@code doctor}
   */
  record Availability(boolean available, String reason, List<String> tried) {}

  /** Short name, as on command lines: {@code nccl}, {@code sim}. */
  String name();

  /** The available provider with the highest preference is taken by default. */
  int preference();

  /** Looks, without opening anything for longer than the look. Never throws. */
  Availability availability(Wishes wishes);

  /**
   * Opens the backend.
   *
   * @throws org.jccl.BackendUnavailableException if {@link #availability} says no
   */
  Backend open(Wishes wishes);
}
