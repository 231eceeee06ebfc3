package org.jccl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jccl.config.Algorithm;
import org.jccl.config.ConfigField;
import org.jccl.config.Protocol;
import org.jccl.config.TimeLimit;
import org.jccl.config.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * How a communicator is opened: NCCL's own fields ({@link ConfigField}) and jccl's. Immutable.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="config"}
 *
 * @see <a
 *     href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html#ncclconfig-t">NCCL's
 *     guide: ncclConfig_t</a>
 */
public final class CommunicatorConfig {
  private static final CommunicatorConfig DEFAULTS = builder().build();

  private final Map<ConfigField, Integer> fields;
  private final @Nullable String name;
  private final @Nullable String netName;
  private final @Nullable String libraryPath;
  private final CheckLevel checks;
  private final @Nullable Algorithm algorithm;
  private final @Nullable Protocol protocol;
  private final boolean warmUp;
  private final TimeLimit initLimit;
  private final TimeLimit closeLimit;
  private final @Nullable TimeLimit operationLimit;
  private final boolean watchdog;
  private final Tuning tuning;
  private final List<CallListener.Factory> listeners;

  private CommunicatorConfig(Builder builder) {
    this.fields = Collections.unmodifiableMap(new EnumMap<>(builder.fields));
    this.name = builder.name;
    this.netName = builder.netName;
    this.libraryPath = builder.libraryPath;
    this.checks = builder.checks;
    this.algorithm = builder.algorithm;
    this.protocol = builder.protocol;
    this.warmUp = builder.warmUp;
    this.initLimit = builder.initLimit;
    this.closeLimit = builder.closeLimit;
    this.operationLimit = builder.operationLimit;
    this.watchdog = builder.watchdog;
    this.tuning = builder.tuning;
    this.listeners = List.copyOf(builder.listeners);
  }

  /** {@return NCCL's defaults, {@link CheckLevel#DEFAULT} checks, warm-up on} */
  public static CommunicatorConfig defaults() {
    return DEFAULTS;
  }

  /** {@return a builder with the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder with what this configuration has} */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return NCCL's fields that were set} */
  public Map<ConfigField, Integer> fields() {
    return fields;
  }

  /**
   * {@return the value of one of NCCL's fields, if it was set}
   *
   * @param field one of NCCL's fields
   */
  public OptionalInt field(ConfigField field) {
    Integer value = fields.get(field);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  /**
   * {@return a name for messages, reports and NCCL's own log (rule CFG-18)} NCCL gets its first 255
   * bytes. In a process with more than 4096 of them, NCCL's log may show a newer name.
   */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** {@return the network module to use (rule CFG-17)} */
  public Optional<String> netName() {
    return Optional.ofNullable(netName);
  }

  /**
   * {@return the path of the NCCL library to use for this communicator instead of the one its
   * backend found} The simulator loads no library and refuses a path.
   */
  public Optional<String> libraryPath() {
    return Optional.ofNullable(libraryPath);
  }

  /**
   * {@return whether the arguments of a call and the state of the communicator are checked before
   * the call is enqueued} {@link CheckLevel#NONE} leaves that to the library; the other two levels
   * check it alike. What a simulator looks at besides is a matter of its whole world: {@link
   * BackendConfig#checks()}.
   */
  public CheckLevel checks() {
    return checks;
  }

  /**
   * {@return the only algorithm that this communicator may use, for operations that have several} A
   * simulator's choice: NCCL takes it from the environment of the whole process ({@code
   * NCCL_ALGO}), so its backend refuses it here. All ranks pin the same.
   *
   * <p>What it fixes of the order in which an all-reduce adds elements up: within one host {@link
   * Algorithm#TREE} takes the same order of ranks for every element, whatever the size of the call.
   * Over several hosts there are two trees, and the size decides which one carries an element. With
   * {@link Algorithm#RING} the order depends on the chunk in which an element lies, and so on the
   * size: from three ranks on the same numbers may have other last bits in a longer call. With
   * either, the order depends on the machine. For sums that depend on neither, gather the elements
   * and add them up in an order of your own.
   */
  public Optional<Algorithm> algorithm() {
    return Optional.ofNullable(algorithm);
  }

  /**
   * {@return the only protocol, under the same conditions as {@link #algorithm()}: {@code
   * NCCL_PROTO}}
   */
  public Optional<Protocol> protocol() {
    return Optional.ofNullable(protocol);
  }

  /** {@return whether {@link Communicator#open} runs one small all-reduce} */
  public boolean warmUp() {
    return warmUp;
  }

  /**
   * {@return how long creation may wait for the other ranks; 2 minutes unless set} Among simulated
   * ranks that is virtual time. A rank that never comes is reported there at once, unless the limit
   * is so short that somebody means to wait for it: up to the simulator's {@code stallLimit}, 5
   * seconds.
   */
  public Duration initTimeout() {
    return initLimit.duration();
  }

  /** {@return {@link #initTimeout()} as a limit} */
  public TimeLimit initLimit() {
    return initLimit;
  }

  /**
   * {@return how long {@link Communicator#close} may wait before it aborts; 10 seconds unless set}
   * Among simulated ranks as {@link #initTimeout()}.
   */
  public Duration closeTimeout() {
    return closeLimit.duration();
  }

  /** {@return {@link #closeTimeout()} as a limit} */
  public TimeLimit closeLimit() {
    return closeLimit;
  }

  /**
   * {@return how old issued work may become; empty unless set} A watchdog aborts the communicator
   * when a call of the library, or work on one of its streams, has been under way for longer; every
   * call that waits then throws a {@link CommunicatorAbortedException} that says so. It takes up to
   * a quarter of the time-out more to notice. On the simulator it does nothing: what cannot go on
   * is reported there at once.
   */
  public Optional<Duration> operationTimeout() {
    return Optional.ofNullable(operationLimit).map(TimeLimit::duration);
  }

  /** {@return {@link #operationTimeout()} as a limit} */
  public Optional<TimeLimit> operationLimit() {
    return Optional.ofNullable(operationLimit);
  }

  /**
   * {@return whether a communicator among several processes is watched, which it is unless this is
   * switched off} When the process of a member ends, or NCCL finds an error, the watchdog aborts
   * the communicator, so that nobody waits for ever. Switch it off to repair a communicator after
   * such a failure by {@link Communicator#shrink}.
   */
  public boolean watchdog() {
    return watchdog;
  }

  /**
   * {@return whether settings are chosen that are faster than NCCL's defaults; {@link Tuning#OFF},
   * or what the process asks for, unless set} Fields that are set here win over what is chosen. All
   * ranks of a communicator take the same.
   */
  public Tuning tuning() {
    return tuning;
  }

  /**
   * {@return what makes a listener for this communicator, and for those that are split off it with
   * this configuration} Besides them there are those that the process has installed; see {@link
   * CallListener}.
   */
  public List<CallListener.Factory> listeners() {
    return listeners;
  }

  /** Collects the fields; not for sharing between threads. */
  public static final class Builder {
    private final Map<ConfigField, Integer> fields = new EnumMap<>(ConfigField.class);
    private @Nullable String name;
    private @Nullable String netName;
    private @Nullable String libraryPath;
    private CheckLevel checks = CheckLevel.DEFAULT;
    private @Nullable Algorithm algorithm;
    private @Nullable Protocol protocol;
    private boolean warmUp = true;
    private TimeLimit initLimit = new TimeLimit(Duration.ofMinutes(2));
    private TimeLimit closeLimit = new TimeLimit(Duration.ofSeconds(10));
    private @Nullable TimeLimit operationLimit;
    private boolean watchdog = true;
    private Tuning tuning = Tuning.ofProcess();
    private final List<CallListener.Factory> listeners = new ArrayList<>();

    private Builder() {}

    private Builder(CommunicatorConfig from) {
      fields.putAll(from.fields);
      name = from.name;
      netName = from.netName;
      libraryPath = from.libraryPath;
      checks = from.checks;
      algorithm = from.algorithm;
      protocol = from.protocol;
      warmUp = from.warmUp;
      initLimit = from.initLimit;
      closeLimit = from.closeLimit;
      operationLimit = from.operationLimit;
      watchdog = from.watchdog;
      tuning = from.tuning;
      listeners.addAll(from.listeners);
    }

    /**
     * Sets one of NCCL's fields.
     *
     * @param field one of NCCL's fields
     * @param value the value
     * @return this builder
     * @throws IllegalArgumentException if the value is out of the field's range (rules CFG-03 to
     *     CFG-16)
     */
    public Builder set(ConfigField field, int value) {
      if (!field.allows(value)) {
        throw new IllegalArgumentException(
            field.nativeName() + " " + value + " is not in " + field.min() + ".." + field.max());
      }
      fields.put(field, value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#name()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder name(String value) {
      name = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#netName()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder netName(String value) {
      netName = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#libraryPath()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder libraryPath(String value) {
      libraryPath = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#checks()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder checks(CheckLevel value) {
      checks = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#algorithm()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder algorithm(Algorithm value) {
      algorithm = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#protocol()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder protocol(Protocol value) {
      protocol = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#warmUp()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder warmUp(boolean value) {
      warmUp = value;
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#initTimeout()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder initTimeout(Duration value) {
      initLimit = TimeLimit.of(value, "initTimeout");
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#closeTimeout()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder closeTimeout(Duration value) {
      closeLimit = TimeLimit.of(value, "closeTimeout");
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#operationTimeout()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder operationTimeout(Duration value) {
      operationLimit = TimeLimit.of(value, "operationTimeout");
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#watchdog()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder watchdog(boolean value) {
      watchdog = value;
      return this;
    }

    /**
     * Sets {@link CommunicatorConfig#tuning()}.
     *
     * @param value the value
     * @return this builder
     */
    public Builder tuning(Tuning value) {
      tuning = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Adds one to {@link CommunicatorConfig#listeners()}.
     *
     * @param value makes a listener for each communicator that opens
     * @return this builder
     */
    public Builder listener(CallListener.Factory value) {
      listeners.add(Objects.requireNonNull(value));
      return this;
    }

    /** {@return the configuration} */
    public CommunicatorConfig build() {
      return new CommunicatorConfig(this);
    }
  }
}
