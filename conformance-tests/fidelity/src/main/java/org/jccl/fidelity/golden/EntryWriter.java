package org.jccl.fidelity.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.fidelity.golden.RecordedCase.Memory;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jspecify.annotations.Nullable;

/** Makes lines of {@code results.jsonl} of entries. */
final class EntryWriter {
  private EntryWriter() {}

  /** JSON on one line. */
  static String json(Map<String, @Nullable Object> fields) {
    try {
      return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(fields);
    } catch (IOException impossible) {
      throw new UncheckedIOException("a line could not be written", impossible);
    }
  }

  /** The line of an entry. */
  static String line(Entry entry) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    switch (entry) {
      case RecordedCase recorded -> put(fields, recorded);
      case RecordedMicros micros -> {
        fields.put("t", micros.source().label());
        fields.put("coll", micros.collective().label());
        fields.put("n", micros.count());
        fields.put("bytes", micros.bytes());
        fields.put("us", micros.micros());
        fields.put("c", micros.communicator());
      }
    }
    return json(fields);
  }

  private static void put(Map<String, @Nullable Object> fields, RecordedCase recorded) {
    Part first = recorded.parts().getFirst();
    boolean single = recorded.parts().size() == 1;
    String kind = first.call().collective().reduces() ? "case" : "move";
    fields.put("t", single ? kind : "group");
    fields.put("c", recorded.communicator());
    if (recorded.memory() != Memory.PLAIN) {
      fields.put("mem", recorded.memory().label());
    }
    if (single) {
      put(fields, first);
    } else {
      fields.put(
          "calls",
          recorded.parts().stream()
              .map(
                  part -> {
                    Map<String, @Nullable Object> own = new LinkedHashMap<>();
                    put(own, part);
                    return own;
                  })
              .toList());
    }
  }

  private static void put(Map<String, @Nullable Object> fields, Part part) {
    RecordedCall call = part.call();
    fields.put("coll", call.collective().label());
    fields.put("dt", ElementFormat.of(call.type()).label());
    fields.put("op", call.op().label());
    fields.put("n", call.count());
    fields.put("kind", call.kind().label());
    if (call.collective().operation().hasRoot()) {
      fields.put("root", call.root());
    }
    if (call.offset() > 0) {
      fields.put("off", call.offset());
    }
    fields.put("seed", call.seed());
    RecordedChoice choice = part.choice();
    if (choice != null) {
      fields.put(
          "sel",
          List.of(
              choice.algorithm(), choice.protocol(), choice.firstChannel(), choice.lastChannel()));
    }
    putResults(fields, part);
  }

  private static void putResults(Map<String, @Nullable Object> fields, Part part) {
    List<Evidence> results = part.results();
    Evidence first = results.getFirst();
    if (part.call().collective().shape() == Collective.Shape.EACH) {
      fields.put("sha", results.stream().map(Evidence::hash).toList());
      if (first.bits() != null) {
        fields.put("bits", results.stream().map(EntryWriter::hex).toList());
      }
      return;
    }
    fields.put("sha", first.hash());
    if (first.bits() != null) {
      fields.put("bits", hex(first));
    }
    if (first.blockBytes() > 0) {
      fields.put("blk", first.blockBytes());
      fields.put("crc", first.checksums().stream().map(Integer::toHexString).toList());
    }
    if (results.size() > 1) {
      fields.put("shas", results.stream().map(Evidence::hash).toList());
    }
    if (part.call().collective().shape() == Collective.Shape.ROOT) {
      fields.put("clean", part.clean());
    }
  }

  private static String hex(Evidence evidence) {
    byte[] bits = evidence.bits();
    return bits == null ? "" : HexFormat.of().formatHex(bits);
  }

  /** How many bytes of a result are kept whole, so that a difference can be seen by element. */
  static int keptWhole(Memory memory, RecordedCall call) {
    if (call.kind() == InputKind.SPECIAL) {
      return call.type() == DataType.FLOAT64 ? 1 << 15 : 1 << 12;
    }
    boolean sums =
        switch (call.op()) {
          case SUM, AVG, PREMUL -> true;
          case PROD, MIN, MAX, COPY -> false;
        };
    if (memory == Memory.WINDOW && sums && call.count() <= 4097) {
      return 1 << 15; // where the order is to be found out
    }
    boolean shown = call.count() == 1000 && call.collective() == Collective.ALL_REDUCE;
    return sums && shown ? 1 << 13 : 0;
  }
}
