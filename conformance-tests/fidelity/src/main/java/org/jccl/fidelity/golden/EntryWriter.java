package org.jccl.fidelity.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jccl.ops.Operation;
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
        fields.put("coll", Labels.of(micros.form()));
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
    String kind = first.call().form().reduces() ? "case" : "move";
    fields.put("t", single ? kind : "group");
    fields.put("c", recorded.communicator());
    if (recorded.memory() != MemoryKind.PLAIN) {
      fields.put("mem", Labels.of(recorded.memory()));
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
    CallSpec call = part.call();
    fields.put("coll", Labels.of(call.form()));
    fields.put("dt", ElementFormat.of(call.type()).label());
    fields.put("op", Labels.of(call.fold()));
    fields.put("n", call.count());
    fields.put("kind", call.inputs().label());
    if (call.operation().hasRoot()) {
      fields.put("root", call.root());
    }
    if (call.layout().sendOffset() > 0) {
      fields.put("off", call.layout().sendOffset());
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
    if (Sharing.of(part.call().form()) == Sharing.EACH) {
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
    if (Sharing.of(part.call().form()) == Sharing.ROOT) {
      fields.put("clean", part.clean());
    }
  }

  private static String hex(Evidence evidence) {
    byte[] bits = evidence.bits();
    return bits == null ? "" : HexFormat.of().formatHex(bits);
  }

  /** How many bytes of a result are kept whole, so that a difference can be seen by element. */
  static int keptWhole(MemoryKind memory, CallSpec call) {
    if (call.inputs() == InputKind.SPECIAL) {
      return call.type() == DataType.FLOAT64 ? 1 << 15 : 1 << 12;
    }
    boolean sums = call.fold() == Fold.SUM || call.fold().scales();
    if (memory == MemoryKind.WINDOW && sums && call.count() <= 4097) {
      return 1 << 15; // where the order is to be found out
    }
    boolean shown = call.count() == 1000 && call.operation() == Operation.ALL_REDUCE;
    return sums && shown ? 1 << 13 : 0;
  }
}
