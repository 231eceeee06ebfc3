package org.jccl.benchmarks.flight;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.benchmarks.json.BadFileException;
import org.jspecify.annotations.Nullable;

/**
 * A pickle of torch's Flight Recorder ({@code nccl_trace_rank_3}), as torch writes it for NCCL
 * process groups and {@link org.jccl.observe.FlightRecorder} writes it for torch's analyser. It
 * knows no reduction and no root, so nothing is said of those.
 */
final class TorchFile {
  private static final Pattern RANK = Pattern.compile("(\\d{1,9})(\\.pickle|\\.pkl)?$");
  private static final Pattern MESSAGE = Pattern.compile("(send|recv) (\\d+)(?:->|<-)(\\d+)");
  private static final int MOST_DIMENSIONS = 64;
  private static final int MOST_ENTRIES = 1 << 20;
  private static final long MOST_ELEMENTS = 1L << 56;

  private final String file;
  private final int rank;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** A process group of the file: its ranks, and the calls that were found. */
  private static final class Group {
    final String name;
    final int[] ranks;
    final List<Flight.Entry> calls = new ArrayList<>();
    long collectives;
    long messages;
    int coalescedFrom = -1;
    long group;

    Group(String name, int[] ranks) {
      this.name = name;
      this.ranks = ranks;
    }
  }

  private TorchFile(String file, int rank) {
    this.file = file;
    this.rank = rank;
  }

  /** Whether a file of that name may be one of them: it ends with a rank. */
  static boolean isNamed(String name) {
    return !name.startsWith(".") && !name.endsWith(".json") && RANK.matcher(name).find();
  }

  static Flight read(Path path) throws BadFileException {
    String name = String.valueOf(path.getFileName());
    Matcher found = RANK.matcher(name);
    if (!found.find()) {
      throw new BadFileException(path + ": its name does not end with a rank");
    }
    PyNode whole = PyNode.root(path.toString(), PickleReader.read(path));
    return new TorchFile(path.toString(), Integer.parseInt(found.group(1))).flight(name, whole);
  }

  private Flight flight(String name, PyNode whole) throws BadFileException {
    PyNode configs = whole.get("pg_config");
    for (Object key : configs.map().keySet()) {
      if (key instanceof String id) {
        group(id, configs.get(id));
      }
    }
    PyNode entries = whole.get("entries");
    if (entries.size() > MOST_ENTRIES) {
      throw entries.wrong("has more than " + MOST_ENTRIES + " elements");
    }
    for (int i = 0; i < entries.size(); i++) {
      entry(entries.at(i));
    }
    List<Flight.End> ends = new ArrayList<>();
    for (Group group : groups.values()) {
      int own = indexOf(group.ranks, rank);
      if (own >= 0) {
        ends.add(
            new Flight.End(
                group.name,
                own,
                group.ranks.length,
                false,
                group.collectives,
                group.messages,
                group.calls));
      }
    }
    return new Flight(
        name, "rank " + rank, "torch's Flight Recorder " + whole.get("version").text(), "", ends);
  }

  private void group(String id, PyNode config) throws BadFileException {
    PyNode ranks = config.get("ranks");
    String text = ranks.text();
    if (!text.matches("\\[[\\d, ]*]")) {
      throw ranks.wrong("is no list of ranks");
    }
    String inner = text.substring(1, text.length() - 1);
    String[] parts = inner.isBlank() ? new String[0] : inner.split(",", -1);
    int[] members = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        members[i] = Integer.parseInt(parts[i].strip());
      } catch (NumberFormatException none) {
        throw ranks.wrong("is no list of ranks");
      }
    }
    String description = config.get("desc").text();
    groups.put(id, new Group(words(id, description), members));
  }

  private static String words(String id, String description) {
    return description.isEmpty() || description.equals("undefined")
        ? "group " + id
        : "group " + id + " (" + description + ")";
  }

  private static int indexOf(int[] ranks, int rank) {
    for (int i = 0; i < ranks.length; i++) {
      if (ranks[i] == rank) {
        return i;
      }
    }
    return -1;
  }

  private void entry(PyNode entry) throws BadFileException {
    PyNode place = entry.get("process_group");
    Group group = groups.get(place.at(0).text());
    if (group == null) {
      throw place.wrong("is not in pg_config");
    }
    String profiled = entry.get("profiling_name").text();
    String operation = profiled.substring(profiled.indexOf(':') + 1);
    if (operation.equals("coalesced")) {
      coalesced(group);
      return;
    }
    Matcher message = MESSAGE.matcher(operation);
    if (message.matches()) {
      boolean isSend = message.group(1).equals("send");
      int peer = peer(entry, message.group(3));
      if (group.coalescedFrom < 0) {
        group.coalescedFrom = group.calls.size();
      }
      group.calls.add(
          call(
              group, entry, message.group(1), isSend ? "input" : "output", group.messages++, peer));
      return;
    }
    group.coalescedFrom = -1;
    long number = entry.get("collective_seq_id").integer() - 1;
    Flight.Entry made =
        call(group, entry, operation(operation), countedSide(operation), number, -1);
    group.calls.add(made);
    group.collectives = Math.max(group.collectives, number + 1);
  }

  private static int peer(PyNode entry, String digits) throws BadFileException {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException none) {
      throw entry.get("profiling_name").wrong("names no rank");
    }
  }

  /** The messages before it are one group. */
  private static void coalesced(Group group) {
    int from = group.coalescedFrom;
    group.coalescedFrom = -1;
    for (int i = from; from >= 0 && i < group.calls.size(); i++) {
      group.calls.set(i, group.calls.get(i).inGroup(group.calls.get(from).group()));
    }
  }

  private static Flight.Entry call(
      Group group, PyNode entry, String operation, String side, long number, int peer)
      throws BadFileException {
    long count = elements(entry.get(side + "_sizes"));
    if (operation.equals("all_to_all")) {
      count /= group.ranks.length; // NCCL counts what one peer gets
    }
    String type = type(entry.get(side + "_dtypes"));
    return new Flight.Entry(
        number,
        peer >= 0,
        operation,
        operation,
        type,
        -1,
        peer,
        count,
        count * TorchTypes.bytes(type),
        group.group++,
        state(entry.get("state").text()),
        site(entry.get("frames")));
  }

  /** NCCL's count: of a rank's own part where all ranks' parts lie side by side. */
  private static String countedSide(String operation) {
    return operation.contains("reduce_scatter") || operation.contains("scatter")
        ? "output"
        : "input";
  }

  /** torch's names of one operation, as one. */
  private static String operation(String name) {
    String known = name.toLowerCase(Locale.ROOT);
    return switch (known) {
      case "_all_gather_base", "all_gather_into_tensor_coalesced" -> "all_gather";
      case "_reduce_scatter_base", "reduce_scatter_tensor_coalesced" -> "reduce_scatter";
      case "all_reduce_barrier" -> "all_reduce";
      case "_broadcast_oop" -> "broadcast";
      case "_reduce_oop" -> "reduce";
      case "all_to_allv" -> "all_to_all";
      default -> known;
    };
  }

  /** All elements of the first tensor, or of all tensors of a list. */
  private static long elements(PyNode sizes) throws BadFileException {
    long all = 0;
    for (int i = 0; i < sizes.size(); i++) {
      PyNode one = sizes.at(i);
      if (one.size() > MOST_DIMENSIONS) {
        throw one.wrong("has more than " + MOST_DIMENSIONS + " dimensions");
      }
      long elements = 1;
      for (int dimension = 0; dimension < one.size(); dimension++) {
        long length = one.at(dimension).integer();
        try {
          elements = Math.multiplyExact(elements, length);
        } catch (ArithmeticException tooMany) {
          throw one.wrong("is no size of a tensor");
        }
      }
      if (elements < 0 || elements > MOST_ELEMENTS || all > MOST_ELEMENTS) {
        throw one.wrong("is no size of a tensor");
      }
      all += elements;
    }
    return all;
  }

  private static @Nullable String type(PyNode types) throws BadFileException {
    return types.isNone() || types.size() == 0 ? null : TorchTypes.jccl(types.at(0).text());
  }

  private static String state(String state) {
    return state.equals("scheduled") || state.equals("started") || state.equals("completed")
        ? "ENQUEUED"
        : state;
  }

  /** The first frame that is not torch's own. */
  private static @Nullable String site(PyNode frames) throws BadFileException {
    if (frames.isNone()) {
      return null;
    }
    for (int i = 0; i < Math.min(frames.size(), MOST_DIMENSIONS); i++) {
      PyNode frame = frames.at(i);
      String source = frame.get("filename").text();
      if (!source.contains("/torch/") && !source.contains("c10d_logger")) {
        return frame.get("name").text() + "(" + source + ":" + frame.get("line").integer() + ")";
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return file;
  }
}
