package org.jccl.ops;

import java.lang.foreign.MemorySegment;
import org.jccl.CallConfig;
import org.jccl.config.CallField;
import org.jspecify.annotations.Nullable;

/**
 * A configuration of calls as the calls carry it: with what its selection leaves, and as the
 * library takes it. Made once for all calls that have it. Two are equal if their configurations
 * are. Immutable.
 */
public final class CallSetting {
  private final CallConfig config;
  private final @Nullable AlgorithmSelection selection;
  private final boolean hasLaunchEvent;
  private final MemorySegment struct;

  /**
   * Reads the selection of {@code config}.
   *
   * @param config the configuration
   * @param hasLaunchEvent whether an event tells that the call has begun
   * @param struct the library's own form of it; null where nobody takes it
   */
  public CallSetting(CallConfig config, boolean hasLaunchEvent, MemorySegment struct) {
    this.config = config;
    this.selection = AlgorithmSelection.parse(config.algorithms());
    this.hasLaunchEvent = hasLaunchEvent;
    this.struct = struct;
  }

  /** {@return the configuration} */
  public CallConfig config() {
    return config;
  }

  /** {@return the library's own form of it} */
  public MemorySegment struct() {
    return struct;
  }

  /**
   * {@return what the selection leaves; null if NCCL chooses, also because the selection is not
   * forced and leaves nothing}
   *
   * @param operation the operation of the call
   */
  public @Nullable AlgorithmSelection selection(Operation operation) {
    AlgorithmSelection own = selection;
    return own == null || !own.leaves(operation) ? null : own;
  }

  /**
   * {@return what forbids the call, in words; null if it may be made (rule CFG-28)}
   *
   * @param operation the operation of the call
   */
  public @Nullable String refusal(Operation operation) {
    AlgorithmSelection own = selection;
    if (own == null || !config.isForced() || own.leaves(operation)) {
      return null;
    }
    String why = own.wrong();
    return "algSelection \""
        + config.algorithms()
        + "\" leaves nothing: "
        + (why == null ? operation.label() + " has none of these algorithms" : why);
  }

  /**
   * {@return whether two ranks may give these for one call (rule CFG-27)}
   *
   * @param one a rank's
   * @param other another rank's
   */
  public static boolean agree(@Nullable CallSetting one, @Nullable CallSetting other) {
    if (one == null || other == null) {
      CallSetting only = one == null ? other : one;
      return only == null || (only.config.agreesWith(null) && !only.hasLaunchEvent);
    }
    return one.config.agreesWith(other.config) && one.hasLaunchEvent == other.hasLaunchEvent;
  }

  /** {@return whether NCCL decides for such a call alone, also in a group (rule CFG-29)} */
  public boolean isIsolated() {
    return !config.algorithms().isEmpty() || hasLaunchEvent || setsThreadBlocks();
  }

  private boolean setsThreadBlocks() {
    return config.fields().keySet().stream().anyMatch(field -> field != CallField.CGA_CLUSTER_SIZE);
  }

  /** {@return whether an event tells that the call has begun} */
  public boolean hasLaunchEvent() {
    return hasLaunchEvent;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallSetting own
        && config.equals(own.config)
        && hasLaunchEvent == own.hasLaunchEvent;
  }

  @Override
  public int hashCode() {
    return config.hashCode();
  }

  /** What is set: {@code minCTAs 2}. */
  @Override
  public String toString() {
    return hasLaunchEvent ? config + ", launchCompletionEvent" : config.toString();
  }
}
