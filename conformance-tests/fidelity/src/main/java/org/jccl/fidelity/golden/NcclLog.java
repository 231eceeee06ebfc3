package org.jccl.fidelity.golden;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.conformance.cases.CallSpec;
import org.jspecify.annotations.Nullable;

/**
 * What NCCL has logged since it was last looked at: rings and trees when a communicator is made,
 * how each call is carried out (TOPO-01). Where there is no log nothing is known.
 */
final class NcclLog {
  /** The variables that make NCCL write it. */
  static Map<String, String> variables(Path file) {
    return Map.of(
        "NCCL_DEBUG",
        "INFO",
        "NCCL_DEBUG_SUBSYS",
        "INIT,GRAPH,TUNING,COLL,ENV",
        "NCCL_DEBUG_FILE",
        file.toString());
  }

  private static final Pattern RING =
      Pattern.compile("NCCL INFO Channel (\\d{1,9})/(\\d{1,9}) :((?: +\\d{1,9})+)\\s*$");
  private static final Pattern TREES = Pattern.compile("NCCL INFO Trees(.*)$");
  private static final Pattern TREE = Pattern.compile("->(\\d{1,9})->");
  private static final Pattern CHOICE =
      Pattern.compile(
          "NCCL INFO (\\w+): (\\d{1,18}) Bytes -> Algo (\\S+) proto (\\S+)"
              + " channel\\{Lo\\.\\.Hi\\}=\\{(\\d{1,9})\\.\\.(\\d{1,9})\\}");
  private static final Pattern SYMMETRIC =
      Pattern.compile(
          "NCCL INFO (\\w+) \\[Symmetric\\]: (\\d{1,18}) Bytes -> Kernel (\\S+)"
              + "(?: nchannels (\\d{1,9}))?");

  private final @Nullable Path file;
  private long read;

  /**
   * @param file that NCCL writes to, or null if there is none
   */
  NcclLog(@Nullable Path file) {
    this.file = file;
  }

  /** Whole lines that are new. */
  private List<String> news() {
    if (file == null || !file.toFile().exists()) {
      return List.of();
    }
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.max(0, log.length() - read)];
      log.seek(read);
      log.readFully(bytes);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      read += end;
      return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  /** Forgets what is new. */
  void skip() {
    news();
  }

  /**
   * Rings and trees of a communicator.
   *
   * @param rings the ranks of each channel's ring
   * @param trees a line a rank
   */
  record Drawn(List<List<Integer>> rings, List<String> trees) {}

  /** What was drawn for a communicator that was just made. */
  Drawn drawn(int ranks) {
    Map<Integer, List<Integer>> rings = new TreeMap<>();
    String[] trees = new String[ranks];
    Arrays.fill(trees, "");
    for (String line : news()) {
      Matcher ring = RING.matcher(line);
      if (ring.find()) {
        rings.put(
            Integer.parseInt(ring.group(1)),
            Arrays.stream(ring.group(3).strip().split(" +")).map(Integer::valueOf).toList());
      }
      Matcher found = TREES.matcher(line);
      if (found.find()) {
        Matcher rank = TREE.matcher(found.group(1));
        if (rank.find() && Integer.parseInt(rank.group(1)) < ranks) {
          trees[Integer.parseInt(rank.group(1))] = found.group(1).strip();
        }
      }
    }
    boolean whole = rings.values().stream().allMatch(ring -> ring.size() == ranks);
    return new Drawn(whole ? List.copyOf(rings.values()) : List.of(), List.of(trees));
  }

  private record Line(String function, long bytes, RecordedChoice choice) {
    boolean isSymmetric() {
      return choice.algorithm().equals(RecordedChoice.SYMMETRIC);
    }
  }

  /** How each of the calls was carried out that were just made, as far as the log says it. */
  List<@Nullable RecordedChoice> choices(List<CallSpec> calls) {
    List<Line> lines = new ArrayList<>();
    for (String text : news()) {
      Matcher choice = CHOICE.matcher(text);
      if (choice.find()) {
        int first = Integer.parseInt(choice.group(5));
        int last = Integer.parseInt(choice.group(6));
        lines.add(
            new Line(
                choice.group(1),
                Long.parseLong(choice.group(2)),
                new RecordedChoice(choice.group(3), choice.group(4), first, last)));
        continue;
      }
      Matcher symmetric = SYMMETRIC.matcher(text);
      if (symmetric.find()) {
        int channels = symmetric.group(4) == null ? 1 : Integer.parseInt(symmetric.group(4));
        lines.add(
            new Line(
                symmetric.group(1),
                Long.parseLong(symmetric.group(2)),
                new RecordedChoice(
                    RecordedChoice.SYMMETRIC, symmetric.group(3), 0, Math.max(0, channels - 1))));
      }
    }
    List<@Nullable RecordedChoice> choices = new ArrayList<>();
    for (CallSpec call : calls) {
      choices.add(taken(lines, call));
    }
    return choices;
  }

  /** The first line that fits a call; calls of a group are logged in another order. */
  private static @Nullable RecordedChoice taken(List<Line> lines, CallSpec call) {
    String function = call.operation().function().symbol().substring("nccl".length());
    long bytes = call.count() * call.type().bytes();
    for (Iterator<Line> each = lines.iterator(); each.hasNext(); ) {
      Line line = each.next();
      if (line.function().equals(function) && (line.isSymmetric() || line.bytes() == bytes)) {
        if (!line.isSymmetric()) { // one line stands for all calls that share a symmetric kernel
          each.remove();
        }
        return line.choice();
      }
    }
    return null;
  }
}
