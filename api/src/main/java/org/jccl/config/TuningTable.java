package org.jccl.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, machine by machine: a text file of entries. An entry begins with {@code
 * machine}, and says what is chosen there; {@code time} lines say what calls take.
 *
 * <pre>
 * machine NVIDIA H200 | ranks 2 | nccl 22809 | driver 580.159.04
 * choice ctas 32 | windows yes | why geometric mean 1.3 of the defaults
 * time all_reduce 8 6.51 6.40 3.52
 * time all_reduce 512 6.52 6.41 3.53 3.60 2.30
 * </pre>
 *
 * <p>A time is of the defaults, of the choice, of the choice prepared; then, where somebody has
 * measured that, of own kernels, and of those prepared: {@code -} if it is not known.
 *
 * <p>{@code any} stands for every GPU, number of ranks, or version; the first entry that fits
 * counts. {@code |} parts what belongs to a line. Lines that are empty or begin with {@code #} say
 * nothing. Safe for use by any thread.
 */
public final class TuningTable {
  /** Stands for every machine, number of ranks or version. */
  private static final String ANY = "any";

  /** Much more than any table has. */
  private static final long MOST_BYTES = 4 << 20;

  private static final int MOST_SHOWN = 500;

  /**
   * One machine, and what is chosen for it.
   *
   * @param gpu the product name of its devices
   * @param ranks number of ranks; 0 for any
   * @param version NCCL's version code; 0 for any
   * @param driver the driver it was measured with; says nothing about where it holds
   * @param choice what is chosen
   */
  public record Entry(String gpu, int ranks, int version, String driver, TuningChoice choice) {
    private boolean isFor(String otherGpu, int otherRanks, int otherVersion) {
      return (gpu.equals(ANY) || gpu.equals(otherGpu))
          && (ranks == 0 || ranks == otherRanks)
          && (version == 0 || version == otherVersion);
    }

    private boolean isSameMachine(Entry other) {
      return gpu.equals(other.gpu) && ranks == other.ranks && version == other.version;
    }

    private static String orAny(int number) {
      return number == 0 ? ANY : Integer.toString(number);
    }

    /** {@return the lines of a table} */
    public String text() {
      StringBuilder text =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "machine %s | ranks %s | nccl %s | driver %s%n"
                      + "choice ctas %d | windows %s | why %s%n",
                  word(gpu),
                  orAny(ranks),
                  orAny(version),
                  word(driver),
                  choice.ctas(),
                  choice.windows() ? "yes" : "no",
                  word(choice.why())));
      for (TuningChoice.Time time : choice.times()) {
        text.append(
            String.format(
                Locale.ROOT,
                "time %s %d %.2f %.2f %.2f%s%n",
                time.operation(),
                time.bytes(),
                time.plain(),
                time.tuned(),
                time.prepared(),
                kernels(time)));
      }
      return text.toString();
    }

    private static String kernels(TuningChoice.Time time) {
      return Double.isNaN(time.kernel()) && Double.isNaN(time.kernelPrepared())
          ? ""
          : " " + orOpen(time.kernel()) + " " + orOpen(time.kernelPrepared());
    }

    private static String orOpen(double micros) {
      return Double.isNaN(micros) ? "-" : String.format(Locale.ROOT, "%.2f", micros);
    }

    private static String word(String any) {
      return any.replaceAll("[\\s|]+", " ").strip();
    }
  }

  private static final class Shipped {
    static final TuningTable TABLE = load();

    private static TuningTable load() {
      try (InputStream in = TuningTable.class.getResourceAsStream("tuning.txt")) {
        if (in == null) {
          throw new IllegalStateException("tuning.txt is not in the library");
        }
        return parse(in, "the table of jccl");
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  private final List<Entry> entries;

  private TuningTable(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** {@return the table that comes with jccl} */
  public static TuningTable shipped() {
    return Shipped.TABLE;
  }

  /**
   * {@return the table in a file}
   *
   * @param file the file
   * @throws IllegalArgumentException if it cannot be read; the message has the file and the line
   */
  public static TuningTable read(Path file) {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "tuning: " + file + " is not there: ./jccl tune --out " + file + " makes it");
    }
    try {
      return parse(BoundedFile.text(file, (int) MOST_BYTES), file.toString());
    } catch (IOException broken) {
      throw new IllegalArgumentException("tuning: " + broken.getMessage(), broken);
    }
  }

  /**
   * {@return the table in a text}
   *
   * @param text the text
   * @throws IllegalArgumentException if it is none; the message has the line
   */
  public static TuningTable parse(String text) {
    return parse(text, "the text");
  }

  /** {@return the entries, in the order of the file} */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * {@return what is chosen for a machine, if it is in this table}
   *
   * @param gpu the product name of its device
   * @param ranks number of ranks
   * @param version NCCL's version code
   */
  public Optional<TuningChoice> find(String gpu, int ranks, int version) {
    return entries.stream()
        .filter(each -> each.isFor(gpu, ranks, version))
        .map(Entry::choice)
        .findFirst();
  }

  /** What is known without measuring: in the user's cache, or in jccl's own table. */
  static TuningChoice known(String gpu, int ranks, int version) {
    return cached(gpu, ranks, version)
        .or(() -> shipped().find(gpu, ranks, version))
        .orElseGet(
            () ->
                TuningChoice.none(
                    "nobody has measured " + key(gpu, ranks, version) + ": ./jccl tune does"));
  }

  /**
   * {@return whether nothing is known of a machine without measuring}
   *
   * @param gpu the product name of its device
   * @param ranks number of ranks
   * @param version NCCL's version code
   */
  public static boolean isUnknown(String gpu, int ranks, int version) {
    return cached(gpu, ranks, version).or(() -> shipped().find(gpu, ranks, version)).isEmpty();
  }

  /** A cache that is broken is none. */
  private static Optional<TuningChoice> cached(String gpu, int ranks, int version) {
    try {
      Path cache = Tuning.cache();
      return Files.isReadable(cache) ? read(cache).find(gpu, ranks, version) : Optional.empty();
    } catch (IllegalArgumentException broken) {
      return Optional.empty();
    }
  }

  /**
   * Puts an entry into a file, in the place of the one for the same machine. The file is written
   * beside its place and moved there: a reader never sees half of it.
   *
   * @param file the file; made if it is not there
   * @param entry the entry
   * @throws IOException if it cannot be written
   */
  public static void put(Path file, Entry entry) throws IOException {
    List<Entry> all = new ArrayList<>();
    if (Files.isReadable(file)) {
      read(file).entries.stream().filter(each -> !each.isSameMachine(entry)).forEach(all::add);
    }
    all.add(entry);
    StringBuilder text = new StringBuilder("# what jccl has measured; see ./jccl tune --help\n");
    all.forEach(each -> text.append(each.text()));
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    WholeFile.write(file, text.toString());
  }

  /** A machine for messages. */
  static String key(String gpu, int ranks, int version) {
    return ranks
        + " ranks on "
        + gpu
        + " with NCCL "
        + version / 10_000
        + "."
        + version / 100 % 100
        + "."
        + version % 100;
  }

  // ---- reading

  /** One entry while its lines come. */
  private static final class Draft {
    private final String[] machine;
    private String @Nullable [] choice;
    private final List<TuningChoice.Time> times = new ArrayList<>();

    Draft(String[] machine) {
      this.machine = machine;
    }

    Stream<Entry> entries() {
      if (choice == null) {
        throw new IllegalArgumentException("a machine has no choice");
      }
      TuningChoice made =
          new TuningChoice(
              number(choice[0], "ctas ", 1_024),
              after(choice[1], "windows ").equals("yes"),
              after(choice[2], "why "),
              times);
      int ranks = number(machine[1], "ranks ", 1 << 20);
      int version = number(machine[2], "nccl ", 1_000_000);
      return Stream.of(new Entry(machine[0], ranks, version, after(machine[3], "driver "), made));
    }
  }

  private static TuningTable parse(InputStream bytes, String name) throws IOException {
    return parse(new String(bytes.readNBytes((int) MOST_BYTES), StandardCharsets.UTF_8), name);
  }

  private static TuningTable parse(String text, String name) {
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    try {
      Draft draft = null;
      for (String line : text.lines().toList()) {
        number++;
        draft = line(line.strip(), draft, entries);
      }
      if (draft != null) {
        draft.entries().forEach(entries::add);
      }
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(
          "tuning: " + name + ", line " + number + ": " + shortened(wrong.getMessage()), wrong);
    }
    return new TuningTable(entries);
  }

  /** A line may be as long as the file. */
  private static String shortened(@Nullable String words) {
    String all = String.valueOf(words);
    return all.length() <= MOST_SHOWN ? all : all.substring(0, MOST_SHOWN) + "…";
  }

  private static @Nullable Draft line(String line, @Nullable Draft draft, List<Entry> entries) {
    if (line.isEmpty() || line.startsWith("#")) {
      return draft;
    }
    if (line.startsWith("machine ")) {
      if (draft != null) {
        draft.entries().forEach(entries::add);
      }
      return new Draft(parts(line.substring(8), 4));
    }
    if (draft == null) {
      throw new IllegalArgumentException("'" + line + "' comes before the first machine");
    }
    if (line.startsWith("choice ")) {
      draft.choice = parts(line.substring(7), 3);
    } else if (line.startsWith("time ")) {
      draft.times.add(time(line.substring(5).split(" +", -1)));
    } else {
      throw new IllegalArgumentException("'" + line + "' is no machine, choice or time");
    }
    return draft;
  }

  private static String[] parts(String line, int count) {
    String[] parts = line.split("\\|", -1);
    if (parts.length != count) {
      throw new IllegalArgumentException(
          "'" + line + "' has " + parts.length + " parts, not " + count);
    }
    return Arrays.stream(parts).map(String::strip).toArray(String[]::new);
  }

  private static TuningChoice.Time time(String[] words) {
    if (words.length != 5 && words.length != 7) {
      throw new IllegalArgumentException("a time has " + words.length + " words, not 5 or 7");
    }
    long bytes = Long.parseLong(words[1]);
    double[] micros = new double[5];
    for (int i = 0; i < micros.length; i++) {
      boolean isOpen = i > 2 && (words.length == 5 || words[i + 2].equals("-"));
      micros[i] = isOpen ? Double.NaN : Double.parseDouble(words[i + 2]);
      if (isOpen) {
        continue;
      }
      if (!(micros[i] >= 0 && micros[i] < 1e12) || bytes < 0) {
        throw new IllegalArgumentException("a time or size is out of range");
      }
    }
    return new TuningChoice.Time(
        words[0], bytes, micros[0], micros[1], micros[2], micros[3], micros[4]);
  }

  private static int number(String part, String label, int most) {
    String digits = after(part, label);
    int number = digits.equals(ANY) ? 0 : Integer.parseInt(digits);
    if (number < 0 || number > most) {
      throw new IllegalArgumentException(label + number + " is not in 0.." + most);
    }
    return number;
  }

  private static String after(String part, String label) {
    if (!part.startsWith(label)) {
      throw new IllegalArgumentException("'" + part + "' does not begin with '" + label + "'");
    }
    return part.substring(label.length()).strip();
  }
}
