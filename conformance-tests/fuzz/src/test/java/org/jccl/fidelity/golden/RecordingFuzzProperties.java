package org.jccl.fidelity.golden;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;
import org.jccl.ops.Operation;

/** Recordings of NCCL and its log. */
class RecordingFuzzProperties {
  private static final String SUMMARY =
      """
      {"format": 1, "gpus": 2,
       "info": {"nccl": 22809, "gpu": "NVIDIA H200"},
       "premul_bits": {"f32": "0x3e99999a"},
       "phases": [{"name": "p", "comms": [
         {"id": 3, "phase": "p", "nranks": 2, "env": {},
          "spec": {"name": "ring-LL", "algo": "Ring", "proto": "LL", "ctas": null},
          "rings": [[0, 1]], "trees": ["", ""]}]}]}
      """;
  private static final String CASE =
      """
      {"t":"case","c":3,"coll":"allreduce","dt":"f32","op":"sum","n":1,"kind":"wide","seed":107,\
      "sel":["RING","LL",0,0],"sha":"b5dbd19cc2f04c74","bits":"7058b0be"}""";
  private static final String BLOCKS =
      """
      {"t":"case","c":3,"coll":"allreduce","dt":"f32","op":"premul","n":5,"kind":"unit","seed":1,\
      "sha":"b5dbd19cc2f04c74","blk":8,"crc":["1","2","ffffffff"],\
      "shas":["b5dbd19cc2f04c74","b5dbd19cc2f04c75"]}""";
  private static final String GROUP =
      """
      {"t":"group","c":3,"mem":"window","calls":[{"coll":"reducescatter","dt":"bf16","op":"max",\
      "n":2,"kind":"wide","seed":7,"sha":["b5dbd19cc2f04c74","b5dbd19cc2f04c75"]}]}""";
  private static final String TIME =
      """
      {"t":"time","c":3,"coll":"broadcast","n":4,"bytes":16,"us":1.5}""";

  @Provide
  Arbitrary<String> summaries() {
    return Mutations.texts(SUMMARY);
  }

  @Property
  void summaries_areReadOrNamedByLine(@ForAll("summaries") String text) {
    Reading.endsWell(() -> Summary.read("summary.json", text), BadRecordingException.class);
  }

  @Provide
  Arbitrary<String> entries() {
    return Mutations.texts(CASE, BLOCKS, GROUP, TIME);
  }

  @Property
  void entries_areReadOrNamedByLine(@ForAll("entries") String text) {
    EntryReader reader = new EntryReader("results.jsonl", Summary.read("summary.json", SUMMARY));
    Reading.endsWell(() -> reader.read(text, 7), BadRecordingException.class);
  }

  @Provide
  Arbitrary<byte[]> packedResults() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write((CASE + "\n" + TIME + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return Mutations.bytes(bytes.toByteArray());
  }

  @Property
  void packedFiles_areReadOrNamedByLine(@ForAll("packedResults") byte[] packed) throws IOException {
    Path folder = Files.createTempDirectory("jccl-fuzz");
    Path summary = Files.writeString(folder.resolve("summary.json"), SUMMARY);
    Path results = Files.write(folder.resolve("results.jsonl.gz"), packed);
    try {
      Reading.endsWell(
          () -> {
            GoldenRecording.open(folder).forEach(entry -> {});
            return null;
          },
          BadRecordingException.class);
    } finally {
      Files.delete(results);
      Files.delete(summary);
      Files.delete(folder);
    }
  }

  @Provide
  Arbitrary<String> logs() {
    return Mutations.texts(
        """
        host:1:2 [0] NCCL INFO Channel 00/02 :    0   1
        host:1:2 [0] NCCL INFO Trees [0] 1/-1/-1->0->-1 [1] 1/-1/-1->0->-1
        """,
        """
        host:1:2 [0] NCCL INFO AllReduce: 4 Bytes -> Algo RING proto LL channel{Lo..Hi}={0..1}
        host:1:2 [0] NCCL INFO AllReduce [Symmetric]: 4 Bytes -> Kernel AllReduce_RSxLD nchannels 8
        """);
  }

  /** A log is a help, never a condition: what cannot be read in it is not known. */
  @Property
  void logs_neverFail(@ForAll("logs") String text) throws IOException {
    CallSpec call =
        CallSpec.exact(Operation.ALL_REDUCE, DataType.FLOAT32, Fold.SUM, 1, 0, Layout.PLAIN, 1);
    Path file = Reading.file(text.getBytes(StandardCharsets.UTF_8));
    try {
      Reading.endsWell(() -> new NcclLog(file).drawn(2));
      Reading.endsWell(() -> new NcclLog(file).choices(List.of(call)));
    } finally {
      Files.delete(file);
    }
  }
}
