package org.jccl;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.jccl.config.CallField;
import org.jspecify.annotations.Nullable;

/**
 * How one collective is carried out, where that differs from its communicator: NCCL's {@code
 * ncclCollConfig_t}, since 2.31.2. {@link Collectives#configured} makes calls with it. All ranks
 * give a call the same configuration; the tag alone may differ (rule CFG-27). Immutable.
 *
 * <p>The struct's {@code launchCompletionEvent} has no typed form: it takes a CUDA event that keeps
 * no time, which {@link Event} does.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="configured"}
 *
 * @see <a
 *     href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html#ncclcollconfig-t">NCCL's
 *     guide: ncclCollConfig_t</a>
 */
public final class CallConfig {
  private final Map<CallField, Integer> fields;
  private final String algorithms;
  private final boolean forced;
  private final long profilerTag;

  private CallConfig(Builder builder) {
    this.fields = Collections.unmodifiableMap(new EnumMap<>(builder.fields));
    this.algorithms = builder.algorithms;
    this.forced = builder.forced;
    this.profilerTag = builder.profilerTag;
  }

  /** {@return a builder in which nothing is set} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@return a configuration that only says which algorithms a call may take}
   *
   * @param names as {@link Builder#algorithms} takes them
   */
  public static CallConfig ofAlgorithms(String names) {
    return builder().algorithms(names).build();
  }

  /** {@return NCCL's integer fields that were set} */
  public Map<CallField, Integer> fields() {
    return fields;
  }

  /**
   * {@return the value of one of NCCL's fields, if it was set}
   *
   * @param field one of NCCL's fields
   */
  public OptionalInt field(CallField field) {
    Integer value = fields.get(field);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  /** {@return which algorithms a call may take; empty if NCCL chooses} */
  public String algorithms() {
    return algorithms;
  }

  /** {@return whether a call fails if none of {@link #algorithms} is possible; true unless set} */
  public boolean isForced() {
    return forced;
  }

  /** {@return what profilers are told with the call; 0 unless set} */
  public long profilerTag() {
    return profilerTag;
  }

  /**
   * {@return whether two ranks may give these for one call (rule CFG-27)} The tag is no matter.
   *
   * @param other another rank's configuration; null if it gives none
   */
  public boolean agreesWith(@Nullable CallConfig other) {
    return other == null
        ? fields.isEmpty() && algorithms.isEmpty()
        : fields.equals(other.fields)
            && algorithms.equals(other.algorithms)
            && (algorithms.isEmpty() || forced == other.forced);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallConfig own
        && agreesWith(own)
        && forced == own.forced
        && profilerTag == own.profilerTag;
  }

  @Override
  public int hashCode() {
    return 31 * fields.hashCode() + algorithms.hashCode();
  }

  /** What is set, as NCCL calls it: {@code minCTAs 2, algSelection "ring"}. */
  @Override
  public String toString() {
    StringJoiner words = new StringJoiner(", ");
    fields.forEach((field, value) -> words.add(field.nativeName() + " " + value));
    if (!algorithms.isEmpty()) {
      words.add(
          "algSelection \"" + CleanText.line(algorithms) + "\"" + (forced ? "" : " if possible"));
    }
    if (profilerTag != 0) {
      words.add("userProfilerTag " + Long.toUnsignedString(profilerTag));
    }
    return words.length() == 0 ? "nothing set" : words.toString();
  }

  /** Sets what differs from the communicator. */
  public static final class Builder {
    private final EnumMap<CallField, Integer> fields = new EnumMap<>(CallField.class);
    private String algorithms = "";
    private boolean forced = true;
    private long profilerTag;

    private Builder() {}

    /**
     * Sets one of NCCL's integer fields.
     *
     * @param field the field
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if NCCL ignores or refuses the value (CFG-26)
     */
    public Builder set(CallField field, int value) {
      if (!field.allows(value)) {
        throw new IllegalArgumentException(
            field.nativeName() + " is " + field.min() + " to " + field.max() + ", not " + value);
      }
      fields.put(field, value);
      return this;
    }

    /**
     * Sets the fewest and the most thread blocks.
     *
     * @param least at least so many
     * @param most at most so many
     * @return this
     * @throws IllegalArgumentException if one is out of range, or {@code least} is more
     */
    public Builder ctas(int least, int most) {
      return set(CallField.MIN_CTAS, least).set(CallField.MAX_CTAS, most);
    }

    /**
     * Says which algorithms the call may take (rule CFG-28): names of NCCL's algorithms with their
     * protocol, as {@code RING_LL128}, or of kernels for symmetric windows, as {@code
     * SYMK_AGxLL_R}; the beginning of a name stands for all that begin so, in any case. Commas
     * divide alternatives, {@code +} what must all hold, and {@code ^} excludes: {@code
     * "ring+^ring_simple,tree"}.
     *
     * @param names the names; empty if NCCL chooses
     * @return this
     */
    public Builder algorithms(String names) {
      algorithms = Objects.requireNonNull(names, "names");
      return this;
    }

    /**
     * Says whether a call fails if none of the named algorithms is possible, as it does unless this
     * is set to false; then NCCL chooses.
     *
     * @param fails whether it fails
     * @return this
     */
    public Builder forced(boolean fails) {
      forced = fails;
      return this;
    }

    /**
     * Sets what profilers are told with the call; it changes nothing else.
     *
     * @param tag any number; NCCL keeps those with the highest bit for itself
     * @return this
     */
    public Builder profilerTag(long tag) {
      profilerTag = tag;
      return this;
    }

    /**
     * {@return the configuration}
     *
     * @throws IllegalArgumentException if the fewest thread blocks are more than the most
     */
    public CallConfig build() {
      Integer least = fields.get(CallField.MIN_CTAS);
      Integer most = fields.get(CallField.MAX_CTAS);
      if (least != null && most != null && least > most) {
        throw new IllegalArgumentException("minCTAs " + least + " > maxCTAs " + most);
      }
      return new CallConfig(this);
    }
  }
}
