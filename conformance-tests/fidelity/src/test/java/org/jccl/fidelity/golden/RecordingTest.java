package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.data.InputKind;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A recording is read strictly: what is wrong is named by file, line and field. */
class RecordingTest {
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
      "{\"t\":\"case\",\"c\":3,\"coll\":\"allreduce\",\"dt\":\"f32\",\"op\":\"sum\",\"n\":1,"
          + "\"kind\":\"wide\",\"seed\":107,\"sel\":[\"RING\",\"LL\",0,0],"
          + "\"sha\":\"b5dbd19cc2f04c74\",\"bits\":\"7058b0be\"}";

  @TempDir private Path folder;

  private void write(String summary, String... lines) throws IOException {
    Files.writeString(folder.resolve("summary.json"), summary);
    Files.write(folder.resolve("results.jsonl.gz"), packed(String.join("\n", lines)));
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private List<Entry> read() {
    List<Entry> entries = new ArrayList<>();
    GoldenRecording.open(folder).forEach(entries::add);
    return entries;
  }

  private void refuses(String... words) {
    assertThatThrownBy(this::read)
        .isInstanceOf(BadRecordingException.class)
        .satisfies(refused -> assertThat(refused.getMessage()).hasLineCount(1).contains(words));
  }

  @Test
  void caseLine_isRead() throws Exception {
    write(SUMMARY, CASE);
    RecordedCase only = (RecordedCase) read().getFirst();
    RecordedCase.Part part = only.parts().getFirst();
    assertThat(only.line()).isEqualTo(1);
    assertThat(part.call())
        .isEqualTo(
            new CallSpec(
                CallForm.of(Operation.ALL_REDUCE),
                DataType.FLOAT32,
                Fold.SUM,
                1,
                0,
                Layout.PLAIN,
                InputKind.WIDE,
                107));
    assertThat(part.choice()).isEqualTo(new RecordedChoice("RING", "LL", 0, 0));
    assertThat(part.results()).hasSize(1);
    assertThat(part.of(1)).isSameAs(part.of(0));
  }

  @Test
  void summary_saysHowACommunicatorWasPinned() throws Exception {
    write(SUMMARY, CASE);
    RecordedCommunicator on = GoldenRecording.open(folder).summary().communicators().get(3);
    assertThat(on.variables()).containsOnlyKeys("NCCL_ALGO", "NCCL_PROTO");
    assertThat(on.ctas()).isZero();
    assertThat(on.rings()).containsExactly(List.of(0, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "n":1        | "n":-1         | 'n'
          "n":1        | "n":1.5        | 'n'
          "n":1        | "n":"1"        | 'n'
          "n":1        | "n":99999999999999999999 | too large
          "n":1,       | ''             | 'n' is missing
          "n":1,       | "n":1,"n":1,   | 'n' stands there twice
          f32          | f31            | 'dt'
          sum          | mean           | 'op'
          sum          | copy           | 'op'
          allreduce    | all_reduce     | 'coll'
          wide         | broad          | 'kind'
          "seed":107   | "seed":null    | 'seed' is missing
          b5dbd19cc2f04c74 | b5dbd19cc2f04c7  | 'sha'
          b5dbd19cc2f04c74 | B5DBD19CC2F04C74 | 'sha'
          7058b0be     | 7058b0         | 'bits'
          7058b0be     | 7058b0bx       | 'bits'
          "c":3        | "c":4          | 'c'
          LL           | 7              | 'sel'
          0,0]         | 3,0]           | 'sel'
          0,0]         | 0]             | 'sel'
          "t":"case"   | "t":"fact"     | 't'
          "t":"case",  | ''             | 't' is missing
          "kind"       | "knid"         | 'kind'
          "seed"       | "x":1,"seed"   | 'x' is unknown
          "c":3,       | "c":3,"root":2,| 'root'
          "c":3,       | "c":3,"mem":"host",| 'mem'
          {            | [              | no JSON
          }            | ''             | no JSON
          }            | }}             | no JSON
          }            | } 1            | more follows
          """)
  void aSenselessLine_isRefused(String what, String by, String words) throws Exception {
    write(SUMMARY, CASE, CASE.replaceFirst(java.util.regex.Pattern.quote(what), by));
    assertThat(CASE).contains(what);
    refuses("results.jsonl.gz:2:", words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "format": 1  | "format": 2    | summary.json:1: | 'format' is 2
          "format": 1, | ''             | summary.json:1: | 'format' is missing
          "format": 1  | "format": "1"  | summary.json:1: | 'format'
          "gpus": 2    | "gpus": 0      | summary.json:1: | 'gpus'
          22809        | 21805          | summary.json:2: | 'info.nccl'
          "f32"        | "f33"          | summary.json:3: | 'premul_bits.f33'
          0x3e99999a   | 0x3e99999a0    | summary.json:3: | 'premul_bits.f32'
          "nranks": 2  | "nranks": 0    | summary.json:5: | 'phases[0].comms[0].nranks'
          "Ring"       | "Circle"       | summary.json:6: | 'phases[0].comms[0].spec.algo'
          "LL"         | "LL64"         | summary.json:6: | spec.proto'
          "ctas": null | "ctas": 65     | summary.json:6: | spec.ctas'
          [0, 1]       | [0, 0]         | summary.json:7: | rings'
          [0, 1]       | [0, 2]         | summary.json:7: | rings'
          [0, 1]       | 0              | summary.json:7: | rings'
          "phases"     | "phrases"      | summary.json:1: | 'phases' is missing
          }]}]}        | }]}            | summary.json:8: | no JSON
          """)
  void aSenselessSummary_isRefused(String what, String by, String where, String words)
      throws Exception {
    assertThat(SUMMARY).contains(what);
    write(SUMMARY.replaceFirst(java.util.regex.Pattern.quote(what), by), CASE);
    refuses(where, words);
  }

  @Test
  void aTruncatedFile_isRefused() throws Exception {
    write(SUMMARY, CASE, CASE, CASE);
    Path results = folder.resolve("results.jsonl.gz");
    byte[] whole = Files.readAllBytes(results);
    Files.write(results, Arrays.copyOf(whole, whole.length - 12));
    refuses("results.jsonl.gz:", "cut off or damaged");
    Files.write(results, Arrays.copyOf(whole, 5));
    refuses("results.jsonl.gz:1:", "cut off or damaged");
    whole[whole.length / 2] ^= 0x55;
    Files.write(results, whole);
    refuses("results.jsonl.gz:");
  }

  @Test
  void aFileThatIsNotPacked_isRefused_butMayBeNamedSo() throws Exception {
    write(SUMMARY, CASE);
    Files.writeString(folder.resolve("results.jsonl.gz"), CASE);
    refuses("results.jsonl.gz:1:", "damaged");
    Files.delete(folder.resolve("results.jsonl.gz"));
    refuses("results.jsonl", "missing");
    Files.writeString(folder.resolve("results.jsonl"), CASE + "\n" + CASE + "\n");
    assertThat(read()).hasSize(2);
  }

  @Test
  void whatIsNotThere_isNamed() throws Exception {
    refuses("summary.json", "missing");
    folder = folder.resolve("nowhere");
    refuses("nowhere", "no folder");
  }

  @Test
  void anEmptyFile_isRefused() throws Exception {
    write(SUMMARY, "");
    refuses("results.jsonl.gz:1:", "empty");
  }

  @Test
  void textThatIsNoUtf8_isRefused() throws Exception {
    write(SUMMARY, CASE);
    Files.delete(folder.resolve("results.jsonl.gz"));
    Files.write(folder.resolve("results.jsonl"), new byte[] {'{', (byte) 0xFF, '}'});
    refuses("results.jsonl:1:", "damaged");
  }
}
