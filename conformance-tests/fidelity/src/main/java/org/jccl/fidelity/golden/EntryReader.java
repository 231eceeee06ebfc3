package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jspecify.annotations.Nullable;

/** Makes entries of the lines of {@code results.jsonl}. */
final class EntryReader {
  private static final long MOST_ELEMENTS = 1L << 33;
  private static final int MOST_CHANNELS = 64;
  private static final int MOST_OFFSET = 1 << 20;
  private static final String HASH = "[0-9a-f]{" + Evidence.HASH_DIGITS + "}";

  private final String file;
  private final Summary summary;

  EntryReader(String file, Summary summary) {
    this.file = file;
    this.summary = summary;
  }

  Entry read(String line, int number) {
    Fields fields = Fields.of(file, Json.parse(line, file, number));
    String kind = fields.text("t");
    Entry entry =
        switch (kind) {
          case "case", "move" -> single(fields);
          case "group" -> group(fields);
          case "time" -> micros(fields, RecordedMicros.Source.MEASURED);
          case "sim" -> micros(fields, RecordedMicros.Source.ESTIMATED);
          default ->
              throw fields.bad("t", "is '" + kind + "', expected case, move, group, time or sim");
        };
    fields.nothingElse();
    return entry;
  }

  private RecordedCommunicator communicator(Fields fields) {
    int id = fields.number("c", 0, Integer.MAX_VALUE);
    RecordedCommunicator found = summary.communicators().get(id);
    if (found == null) {
      throw fields.bad("c", "is " + id + ", and the summary has no such communicator");
    }
    return found;
  }

  private RecordedMicros micros(Fields fields, RecordedMicros.Source source) {
    return new RecordedMicros(
        fields.line(),
        communicator(fields).id(),
        source,
        form(fields),
        fields.integer("n", 1, MOST_ELEMENTS),
        fields.integer("bytes", 1, Long.MAX_VALUE),
        fields.amount("us"));
  }

  private static CallForm form(Fields fields) {
    return fields.named("coll", Labels::form, "a collective such as allreduce");
  }

  private RecordedCase single(Fields fields) {
    RecordedCommunicator on = communicator(fields);
    return new RecordedCase(
        fields.line(), on.id(), memory(fields), List.of(part(fields, on.ranks())));
  }

  private RecordedCase group(Fields fields) {
    RecordedCommunicator on = communicator(fields);
    List<Part> parts = new ArrayList<>();
    for (Fields call : fields.objects("calls")) {
      parts.add(part(call, on.ranks()));
      call.nothingElse();
    }
    if (parts.isEmpty()) {
      throw fields.bad("calls", "is empty");
    }
    return new RecordedCase(fields.line(), on.id(), memory(fields), parts);
  }

  private static MemoryKind memory(Fields fields) {
    return fields.has("mem")
        ? fields.named("mem", Labels::memory, "plain, registered or window")
        : MemoryKind.PLAIN;
  }

  private Part part(Fields fields, int ranks) {
    CallSpec call = call(fields, ranks);
    List<Evidence> results = results(fields, call, ranks);
    Boolean clean = fields.optionalTruth("clean");
    if (clean == null && Sharing.of(call.form()) == Sharing.ROOT) {
      throw fields.bad("clean", "is missing");
    }
    return new Part(call, choice(fields), results, clean == null || clean);
  }

  private CallSpec call(Fields fields, int ranks) {
    CallForm form = form(fields);
    DataType type = fields.named("dt", ElementFormat::type, "an element type such as f32");
    Fold fold = fields.named("op", Labels::fold, "sum, prod, min, max, avg, premul or copy");
    if (form.reduces() != fold.reduces()) {
      throw fields.bad(
          "op", "is '" + Labels.of(fold) + "', which is nothing for " + Labels.of(form));
    }
    if (fold == Fold.SCALED_SUM && !summary.scalars().containsKey(type)) {
      throw fields.bad("op", "is 'premul', and the summary has no premul_bits for the type");
    }
    boolean rooted = form.operation().hasRoot();
    long count = fields.integer("n", 0, MOST_ELEMENTS);
    InputKind kind = fields.named("kind", InputKind::of, "wide, unit, tiny, huge, raw or special");
    long seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    int root =
        rooted ? fields.number("root", 0, ranks - 1) : fields.optional("root", 0, 0, ranks - 1);
    int offset = fields.optional("off", 0, 0, MOST_OFFSET);
    // Every rank sends to the next one.
    int places = form.isExchange() ? 1 : root;
    Layout layout = new Layout(0, false, offset);
    return new CallSpec(form, type, fold, count, places, layout, kind, seed);
  }

  private static @Nullable RecordedChoice choice(Fields fields) {
    if (!fields.has("sel")) {
      return null;
    }
    List<@Nullable Object> values = fields.mixed("sel");
    if (values.size() == 4
        && values.get(0) instanceof String algorithm
        && values.get(1) instanceof String protocol
        && isChoice(algorithm, protocol)
        && values.get(2) instanceof Long first
        && values.get(3) instanceof Long last
        && first >= 0
        && first <= last
        && last < MOST_CHANNELS) {
      return new RecordedChoice(algorithm, protocol, first.intValue(), last.intValue());
    }
    throw fields.bad(
        "sel", "is " + values + ", expected algorithm, protocol, first and last channel");
  }

  private static boolean isChoice(String algorithm, String protocol) {
    return algorithm.equals(RecordedChoice.SYMMETRIC)
        || (Arrays.stream(Algorithm.values()).anyMatch(each -> each.name().equals(algorithm))
            && Arrays.stream(Protocol.values()).anyMatch(each -> each.name().equals(protocol)));
  }

  // ---------------------------------------------------------------- results

  /** One result, or one a rank. */
  private static List<Evidence> results(Fields fields, CallSpec call, int ranks) {
    long bytes = call.form().receiveElements(call.count(), ranks) * call.type().bytes();
    if (Sharing.of(call.form()) == Sharing.EACH) {
      return each(fields, ranks, bytes);
    }
    Evidence first = whole(fields, bytes);
    if (!fields.has("shas")) {
      return List.of(first);
    }
    List<String> hashes = hashes(fields, "shas", ranks);
    List<Evidence> all = new ArrayList<>();
    all.add(first);
    hashes.subList(1, ranks).forEach(hash -> all.add(Evidence.of(hash)));
    if (!hashes.getFirst().equals(first.hash())) {
      throw fields.bad("shas", "begins with another hash than field 'sha'");
    }
    return all;
  }

  private static List<Evidence> each(Fields fields, int ranks, long bytes) {
    List<String> hashes = hashes(fields, "sha", ranks);
    @Nullable List<String> bits = fields.has("bits") ? fields.texts("bits") : null;
    if (bits != null && bits.size() != ranks) {
      throw fields.bad("bits", "has " + bits.size() + " entries, expected one a rank: " + ranks);
    }
    List<Evidence> all = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      byte[] own = bits == null ? null : bits(fields, bits.get(rank), bytes);
      all.add(new Evidence(hashes.get(rank), own, 0, List.of()));
    }
    return all;
  }

  private static Evidence whole(Fields fields, long bytes) {
    String hash = fields.text("sha");
    if (!hash.matches(HASH)) {
      throw fields.bad("sha", "is '" + hash + "', expected 16 hex digits");
    }
    byte[] bits = fields.has("bits") ? bits(fields, fields.text("bits"), bytes) : null;
    int block = fields.optional("blk", 0, 1, Integer.MAX_VALUE);
    List<Integer> checksums = new ArrayList<>();
    if (block > 0) {
      long blocks = (bytes + block - 1) / block;
      List<String> words = fields.texts("crc");
      if (words.size() != blocks) {
        throw fields.bad("crc", "has " + words.size() + " entries, expected " + blocks);
      }
      for (String word : words) {
        if (!word.matches("[0-9a-f]{1,8}")) {
          throw fields.bad("crc", "holds '" + word + "', expected up to 8 hex digits");
        }
        checksums.add(Integer.parseUnsignedInt(word, 16));
      }
    }
    return new Evidence(hash, bits, block, List.copyOf(checksums));
  }

  private static List<String> hashes(Fields fields, String name, int ranks) {
    List<String> hashes = fields.texts(name);
    if (hashes.size() != ranks) {
      throw fields.bad(name, "has " + hashes.size() + " entries, expected one a rank: " + ranks);
    }
    for (String hash : hashes) {
      if (!hash.matches(HASH)) {
        throw fields.bad(name, "holds '" + hash + "', expected 16 hex digits");
      }
    }
    return hashes;
  }

  private static byte[] bits(Fields fields, String text, long bytes) {
    if (text.length() != 2 * bytes) {
      throw fields.bad(
          "bits", "has " + text.length() + " digits, expected " + 2 * bytes + ": two a byte");
    }
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException noHex) {
      throw fields.bad("bits", "holds something else than hex digits");
    }
  }
}
