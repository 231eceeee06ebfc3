package org.jccl.fidelity.golden;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.DataType;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/**
 * What a recording says about itself.
 *
 * @param ncclVersion version code of the library that was recorded
 * @param gpus how many the machine had
 * @param gpu what they were
 * @param scalars bits of the scalar that PreMulSum used, by type
 * @param environment NCCL's variables in all processes
 * @param communicators by their numbers
 */
public record Summary(
    int ncclVersion,
    int gpus,
    String gpu,
    Map<DataType, Long> scalars,
    Map<String, String> environment,
    Map<Integer, RecordedCommunicator> communicators) {
  /** The only version of the format so far. */
  static final int FORMAT = 1;

  private static final int MOST_RANKS = 1 << 16;

  /** Reads {@code summary.json}. */
  static Summary read(String file, String text) {
    Fields fields = Fields.of(file, Json.parse(text, file, 1));
    long format = fields.integer("format", Long.MIN_VALUE, Long.MAX_VALUE);
    if (format != FORMAT) {
      throw fields.bad("format", "is " + format + ", this program reads format " + FORMAT);
    }
    Fields info = fields.object("info");
    int version = info.number("nccl", Simulator.OLDEST_VERSION, Simulator.NEWEST_VERSION);
    Map<Integer, RecordedCommunicator> communicators = new TreeMap<>();
    for (Fields phase : fields.objects("phases")) {
      for (Fields each : phase.objects("comms")) {
        RecordedCommunicator communicator = communicator(each);
        if (communicators.put(communicator.id(), communicator) != null) {
          throw each.bad("id", "is " + communicator.id() + ", which another communicator has");
        }
      }
    }
    return new Summary(
        version,
        fields.number("gpus", 1, MOST_RANKS),
        info.text("gpu"),
        scalars(fields.object("premul_bits")),
        fields.has("env") ? variables(fields.object("env")) : Map.of(),
        communicators);
  }

  private static Map<DataType, Long> scalars(Fields fields) {
    Map<DataType, Long> scalars = new EnumMap<>(DataType.class);
    for (String name : fields.names()) {
      DataType type = ElementFormat.type(name);
      if (type == null) {
        throw fields.bad(name, "is no element type");
      }
      String text = fields.text(name);
      if (!text.matches("0x[0-9a-fA-F]{1," + 2 * type.bytes() + "}")) {
        throw fields.bad(name, "is '" + text + "', expected 0x and the bits of one element");
      }
      scalars.put(type, Long.parseUnsignedLong(text.substring(2), 16));
    }
    return scalars;
  }

  private static RecordedCommunicator communicator(Fields fields) {
    int ranks = fields.number("nranks", 1, MOST_RANKS);
    Fields spec = fields.object("spec");
    List<List<Integer>> rings = fields.rowsOfNumbers("rings");
    for (List<Integer> ring : rings) {
      if (ring.stream().sorted().distinct().count() != ranks
          || ring.stream().anyMatch(rank -> rank >= ranks)) {
        throw fields.bad(
            "rings", "has ring " + ring + ", expected each of " + ranks + " ranks once");
      }
    }
    return new RecordedCommunicator(
        fields.number("id", 0, Integer.MAX_VALUE),
        fields.text("phase"),
        spec.text("name"),
        ranks,
        pinned(spec, "algo", "Ring|Tree|PAT|NVLS|NVLSTree|CollNetDirect|CollNetChain"),
        pinned(spec, "proto", "LL|LL128|Simple"),
        spec.optional("ctas", 0, 1, 64),
        variables(fields.object("env")),
        rings,
        fields.texts("trees"));
  }

  private static @Nullable String pinned(Fields spec, String name, String known) {
    String text = spec.optionalText(name);
    if (text != null && !text.matches(known)) {
      throw spec.bad(name, "is '" + text + "', expected one of " + known.replace('|', ' '));
    }
    return text;
  }

  private static Map<String, String> variables(Fields fields) {
    Map<String, String> variables = new TreeMap<>();
    for (String name : fields.names()) {
      String value = fields.text(name);
      if (name.startsWith("NCCL_") && !name.equals("NCCL_VERSION")) {
        variables.put(name, value);
      }
    }
    return Map.copyOf(variables);
  }
}
