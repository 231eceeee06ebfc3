package org.jccl;

import java.util.List;

/**
 * Makes a backend; found by {@link java.util.ServiceLoader}. Looking at a provider loads no native
 * code that could fail the JVM.
 */
public interface BackendProvider {
  /**
   * Whether the backend can be opened here.
   *
   * @param available whether the backend can be opened here
   * @param reason one sentence: why it can, or why it cannot
   * @param tried what was looked at, a line each, for {@code doctor}
   */
  record Availability(boolean available, String reason, List<String> tried) {}

  /** {@return the short name, as on command lines: {@code nccl}, {@code sim}} */
  String name();

  /**
   * {@return how much this backend is preferred} The available one with the highest number is taken
   * by default.
   */
  int preference();

  /**
   * Looks, without opening anything for longer than the look. Never throws.
   *
   * @param config what the user asks for
   * @return whether the backend can be opened here, and why
   */
  Availability availability(BackendConfig config);

  /**
   * Opens the backend.
   *
   * @param config what the user asks for
   * @return the open backend
   * @throws BackendUnavailableException if {@link #availability} says no
   */
  Backend open(BackendConfig config);
}
