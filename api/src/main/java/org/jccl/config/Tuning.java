package org.jccl.config;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether jccl chooses settings of NCCL that are faster than its defaults, and from what it knows
 * them. Results stay right; which bits of sums change, says {@link #sameBits()}. Immutable.
 *
 * <p>A process without a tuning of its own in the configuration takes that of {@code
 * -Djccl.tuning=…} or {@code JCCL_TUNING}: {@code off}, {@code auto}, or the name of a file; with
 * {@code ,kernels} behind it for {@link #kernels}.
 */
public final class Tuning {
  /** NCCL's defaults; nothing is chosen. */
  public static final Tuning OFF = new Tuning(Mode.OFF, null, false, false);

  /**
   * What was measured for this GPU, number of ranks and version of NCCL: in the table that comes
   * with jccl, or in the user's cache, which {@link #cache()} names. What is in neither is measured
   * when a communicator opens over a process group on GPUs, in two seconds, and goes into the
   * cache.
   */
  public static final Tuning AUTO = new Tuning(Mode.AUTO, null, false, false);

  private static final String KERNELS = ",kernels";

  private enum Mode {
    OFF,
    AUTO,
    FILE,
    CHOICE
  }

  private final Mode mode;
  private final @Nullable Object of;
  private final boolean sameBits;
  private final boolean kernels;

  private Tuning(Mode mode, @Nullable Object of, boolean sameBits, boolean kernels) {
    this.mode = mode;
    this.of = of;
    this.sameBits = sameBits;
    this.kernels = kernels;
  }

  /**
   * {@return what a file says that {@code ./jccl tune --out} has written}
   *
   * @param file the file; it is read when a communicator opens
   */
  public static Tuning file(Path file) {
    return new Tuning(Mode.FILE, Objects.requireNonNull(file), false, false);
  }

  /**
   * {@return exactly one choice, whatever the machine}
   *
   * @param choice the choice
   */
  public static Tuning of(TuningChoice choice) {
    return new Tuning(Mode.CHOICE, Objects.requireNonNull(choice), false, false);
  }

  /**
   * {@return the same with exactly one choice, as all ranks have agreed on it: what was said about
   * bits and own kernels stays}
   *
   * @param choice the choice
   */
  public Tuning settled(TuningChoice choice) {
    return new Tuning(Mode.CHOICE, Objects.requireNonNull(choice), sameBits, kernels);
  }

  /** {@return the tuning that the process asks for; {@link #OFF} if it asks for none} */
  public static Tuning ofProcess() {
    String given = System.getProperty("jccl.tuning", System.getenv("JCCL_TUNING"));
    if (given == null || given.isBlank()) {
      return OFF;
    }
    String words = given.strip();
    boolean asksForKernels = words.toLowerCase(Locale.ROOT).endsWith(KERNELS);
    String name = asksForKernels ? words.substring(0, words.length() - KERNELS.length()) : words;
    Tuning named =
        switch (name.strip().toLowerCase(Locale.ROOT)) {
          case "off" -> OFF;
          case "auto" -> AUTO;
          default -> file(Path.of(name.strip()));
        };
    return asksForKernels ? named.kernels() : named;
  }

  /**
   * {@return the same, with only those settings that keep the bits of NCCL's defaults: the order in
   * which numbers are added depends on thread blocks and on windows, so both stay as they are}
   * Prepared calls have the bits of calls made one by one in any case.
   */
  public Tuning sameBits() {
    return new Tuning(mode, of, true, kernels);
  }

  /**
   * {@return the same, with jccl's own kernels for small calls: all-gathers, and sums of float32,
   * float16 and bfloat16 by all-reduce and reduce-scatter, up to 512 KiB (chapter 13 of the rule
   * book)} They need all ranks in one process, on GPUs that reach each other's memory, at most 8,
   * and all ranks have to ask for them; else NCCL makes the calls, and {@code Communicator.plan}
   * says why. Sums are folded in the order of the ranks, in float32: with more than two ranks their
   * bits may differ from NCCL's.
   */
  public Tuning kernels() {
    return new Tuning(mode, of, sameBits, true);
  }

  /** {@return whether jccl's own kernels are asked for} */
  public boolean usesKernels() {
    return kernels;
  }

  /** {@return whether anything may be chosen} */
  public boolean isOn() {
    return mode != Mode.OFF;
  }

  /** {@return whether the bits of sums stay those of NCCL's defaults} */
  public boolean keepsBits() {
    return sameBits;
  }

  /** {@return whether what nobody has measured may be measured} */
  public boolean mayMeasure() {
    return mode == Mode.AUTO;
  }

  /** {@return the file that is read, if it is one} */
  public Optional<Path> file() {
    return of instanceof Path file ? Optional.of(file) : Optional.empty();
  }

  /** {@return the user's file of what was measured on this machine} */
  public static Path cache() {
    String given = System.getProperty("jccl.tuning.cache", System.getenv("JCCL_TUNING_CACHE"));
    if (given != null && !given.isBlank()) {
      return Path.of(given);
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    Path folder =
        caches == null || caches.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(caches);
    return folder.resolve("jccl").resolve("tuning.txt");
  }

  /**
   * {@return what is chosen for one communicator}
   *
   * @param gpu the product name of its device
   * @param ranks number of ranks
   * @param version NCCL's version code, for example 22809
   * @throws IllegalArgumentException if the file of this tuning cannot be read
   */
  public TuningChoice choose(String gpu, int ranks, int version) {
    TuningChoice found =
        switch (mode) {
          case OFF -> TuningChoice.none("tuning is off");
          case AUTO -> TuningTable.known(gpu, ranks, version);
          case FILE ->
              TuningTable.read((Path) Objects.requireNonNull(of))
                  .find(gpu, ranks, version)
                  .orElseGet(
                      () ->
                          TuningChoice.none(
                              of + " has nothing for " + TuningTable.key(gpu, ranks, version)));
          case CHOICE -> (TuningChoice) Objects.requireNonNull(of);
        };
    return sameBits ? found.withSameBits() : found;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tuning tuning
        && mode == tuning.mode
        && sameBits == tuning.sameBits
        && kernels == tuning.kernels
        && Objects.equals(of, tuning.of);
  }

  @Override
  public int hashCode() {
    return Objects.hash(mode, of, sameBits, kernels);
  }

  @Override
  public String toString() {
    String what = of == null ? mode.name().toLowerCase(Locale.ROOT) : of.toString();
    return what + (sameBits ? ", same bits" : "") + (kernels ? ", own kernels" : "");
  }
}
