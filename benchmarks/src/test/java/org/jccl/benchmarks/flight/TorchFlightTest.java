package org.jccl.benchmarks.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.observe.FlightRecorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pickles of torch's Flight Recorder: written, read, and refused where they are more than data. */
@Timeout(60)
class TorchFlightTest {
  private static final int RANKS = 3;

  /** What torch's analyser takes of each entry, and how it takes names apart. */
  private static final String ANALYSER =
      """
      import ast, pickle, sys
      for path in sys.argv[1:]:
        rank = int(path[path.rindex('_') + 1:])
        dump = pickle.load(open(path, 'rb'))
        version = [int(x) for x in dump['version'].split('.')]
        ranks = {k: ast.literal_eval(v['ranks']) for k, v in dump['pg_config'].items()}
        for e in dump['entries']:
          prefix, name = e['profiling_name'].split(':')
          assert prefix == 'nccl'
          group, desc = e['process_group']
          assert dump['pg_config'][group]['desc'] == desc
          parts = name.split(' ')
          if parts[0] == 'send':
            source, target = map(int, parts[1].split('->'))
            assert source == rank and e['is_p2p']
          if parts[0] == 'recv':
            target, source = map(int, parts[1].split('<-'))
            assert target == rank and e['is_p2p']
          assert e['state'] in ('scheduled', 'started', 'completed')
          assert isinstance(e['input_sizes'][0][0], int) and isinstance(e['output_dtypes'][0], str)
          for f in e['frames']:
            '%s at %s:%d' % (f['name'], f['filename'], f['line'])
          print(rank, name, e['collective_seq_id'], e['p2p_seq_id'], e['input_sizes'],
                e['output_sizes'], e['input_dtypes'], ranks[group])
      """;

  @TempDir Path folder;

  private final FlightRecorder recorder = FlightRecorder.builder().lines(false).build();

  private void recordAll() throws IOException {
    for (int rank = 0; rank < RANKS; rank++) {
      new Recorded(recorder, "world", rank, RANKS)
          .sum(16)
          .exchange((rank + 1) % RANKS, (rank + 2) % RANKS, 4)
          .gather(5)
          .broadcast(1);
    }
    assertThat(recorder.writeTorch(folder)).hasSize(RANKS);
  }

  @Test
  void pythonReadsOurPickles_withAllThatTorchsAnalyserTakes() throws Exception {
    recordAll();
    Process python = new ProcessBuilder("python3", "-c", "0").start();
    assumeTrue(python.waitFor() == 0, "there is no python3");

    Path script = Files.writeString(folder.resolve("analyser.py"), ANALYSER);
    Process process =
        new ProcessBuilder(
                "python3",
                script.toString(),
                folder.resolve("nccl_trace_rank_0").toString(),
                folder.resolve("nccl_trace_rank_2").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines())
        .containsExactly(
            "0 all_reduce 1 0 [[16]] [[16]] ['Float'] [0, 1, 2]",
            "0 send 0->1 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "0 recv 0<-2 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "0 coalesced 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "0 _all_gather_base 2 0 [[5]] [[15]] ['Long'] [0, 1, 2]",
            "0 broadcast 3 0 [[8]] [[8]] ['Int'] [0, 1, 2]",
            "2 all_reduce 1 0 [[16]] [[16]] ['Float'] [0, 1, 2]",
            "2 send 2->0 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "2 recv 2<-1 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "2 coalesced 1 1 [[4]] [[4]] ['Half'] [0, 1, 2]",
            "2 _all_gather_base 2 0 [[5]] [[15]] ['Long'] [0, 1, 2]",
            "2 broadcast 3 0 [[8]] [[8]] ['Int'] [0, 1, 2]");
    assertThat(process.exitValue()).isZero();
  }

  /** As torch's analyser does: it leaves out what comes before the largest first record. */
  @Test
  void ranksOfWhichEachKeepsOtherCalls_areAlignedByTheirRecords() throws Exception {
    FlightRecorder small = FlightRecorder.builder().calls(4).lines(false).build();
    for (int rank = 0; rank < RANKS; rank++) {
      Recorded one = new Recorded(small, "world", rank, RANKS);
      for (int i = 0; i < 8 + rank; i++) { // the last ones are ahead
        one.sum(100 + i);
      }
    }
    small.writeTorch(folder);
    Process python = new ProcessBuilder("python3", "-c", "0").start();
    assumeTrue(python.waitFor() == 0, "there is no python3");
    Process process =
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import pickle, sys
                entries = [pickle.load(open(sys.argv[1] + '/nccl_trace_rank_%d' % r, 'rb'))['entries']
                           for r in range(3)]
                start = max(e[0]['record_id'] for e in entries)
                for e in entries:
                  kept = [x for x in e if x['record_id'] >= start]
                  print(kept[0]['record_id'], kept[0]['collective_seq_id'], kept[0]['input_sizes'])
                """,
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said.lines()).containsExactly("6 7 [[106]]", "6 7 [[106]]", "6 7 [[106]]");
  }

  @Test
  void ourOwnPickles_areReadBack_andAgree() throws Exception {
    recordAll();

    Explanation found = Explanation.of(folder);

    assertThat(found.verdicts()).isEmpty();
    assertThat(found.notes()).hasSize(RANKS).first().asString().contains("Flight Recorder 2.10");
  }

  /** Written by python3 from the fields that torch 2.x writes, in each protocol. */
  @Test
  void picklesOfPython_inEachProtocol_areRead_andTheGuiltyRankIsNamed() throws Exception {
    Process python = new ProcessBuilder("python3", "-c", "0").start();
    assumeTrue(python.waitFor() == 0, "there is no python3");
    for (int protocol = 0; protocol <= 5; protocol++) {
      Path dumps = Files.createDirectory(folder.resolve("protocol" + protocol));
      Process process =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  """
                  import pickle, sys
                  for rank in range(3):
                    def entry(i, name, size):
                      return dict(frames=[{'name': 'f', 'filename': '/x/torch/c10d.py', 'line': 1},
                                          {'name': 'step', 'filename': 'train.py', 'line': 30 + i}],
                                  record_id=i, pg_id=0, process_group=('0', 'default_pg'),
                                  collective_seq_id=i + 1, p2p_seq_id=0, op_id=i + 1,
                                  profiling_name='nccl:' + name, time_created_ns=1 << 60,
                                  input_sizes=[[size]], input_dtypes=['Float'],
                                  output_sizes=[[size]], output_dtypes=['Float'],
                                  state='scheduled', time_discovered_started_ns=None,
                                  time_discovered_completed_ns=None, retired=False,
                                  timeout_ms=600000, is_p2p=False)
                    dump = dict(version='2.10', entries=[entry(0, 'all_reduce', 8),
                                entry(1, 'all_reduce', 9 if rank == 1 else 8)],
                                pg_config={'0': dict(name='0', desc='default_pg',
                                                     ranks='[0, 1, 2]')},
                                pg_status={'0': dict(last_enqueued_collective=2)},
                                nccl_comm_state=None)
                    with open(sys.argv[1] + '/nccl_trace_rank_%d' % rank, 'wb') as f:
                      pickle.dump(dump, f, protocol=int(sys.argv[2]))
                  """,
                  dumps.toString(),
                  "" + protocol)
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();

      Explanation found = Explanation.of(dumps);
      assertThat(found.verdicts())
          .containsExactly(
              "group 0 (default_pg), 3 ranks: collective #1 is not the same on all ranks; against"
                  + " the others: rank 1\n"
                  + "  ranks 0, 2: all_reduce of 8 FLOAT32 at step(train.py:31)\n"
                  + "  rank 1: all_reduce of 9 FLOAT32 at step(train.py:31)");
      assertThat(found.replays())
          .singleElement()
          .asString()
          .contains("MISMATCH(count) in recorded, call #1");
    }
  }

  @Test
  void ranksInJavaAndInTorch_areSetSideBySide() throws Exception {
    for (int rank = 0; rank < RANKS; rank++) {
      new Recorded(recorder, "default_pg", rank, RANKS).sum(16).max(rank == 2 ? 17 : 16);
    }
    recorder.writeTorch(folder);
    Files.delete(folder.resolve("nccl_trace_rank_0"));
    FlightRecorder java = FlightRecorder.builder().lines(false).build();
    new Recorded(java, "comm-7", 0, RANKS).sum(16).sum(16);
    java.write(folder, "a test asked");

    Explanation found = Explanation.of(folder);

    assertThat(found.notes()).anyMatch(note -> note.contains("are taken for one"));
    assertThat(found.verdicts())
        .singleElement()
        .asString()
        .contains("collective #1 is not the same on all ranks; against the others: rank 2");
  }

  // ---- hostile files

  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case String text -> out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        case Integer one -> out.write(one);
        case byte[] more -> out.writeBytes(more);
        default -> throw new IllegalArgumentException(part.toString());
      }
    }
    return out.toByteArray();
  }

  private static byte[] little(int width, long value) {
    ByteBuffer made = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] all = made.putLong(value).array();
    return Arrays.copyOf(all, width);
  }

  private void refused(byte[] pickle, String words) throws IOException {
    Files.write(folder.resolve("nccl_trace_rank_0"), pickle);
    assertThatThrownBy(() -> Explanation.of(folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(words)
        .hasMessageContaining("nccl_trace_rank_0")
        .hasMessageNotContaining("\n");
  }

  @Test
  void whatIsMoreThanData_isRefused() throws IOException {
    refused(bytes("cos\nsystem\n(X", little(4, 4), "exittR."), "looks up a class");
    refused(bytes(0x80, 2, "cposix\nsystem\n."), "byte 2: the opcode 'c' looks up a class");
    refused(bytes(0x80, 4, 0x8c, 2, "os", 0x8c, 6, "system", 0x93, "."), "looks up a class");
    refused(bytes("(i__main__\nX\n."), "calls something");
    refused(bytes(")R."), "'R' calls something");
    refused(bytes(")}b."), "'b' calls something");
    refused(bytes(")", 0x81, "."), "0x81 calls something");
    refused(bytes(0x82, 1, "."), "refers to something outside");
    refused(bytes("Pid\n."), "refers to something outside");
  }

  @Test
  void bombs_cutFiles_memoTricks_andHugeLengths_areOneLine() throws IOException {
    refused(bytes(), "the file is empty");
    refused(bytes(0x80, 9, "."), "protocol 9 is newer");
    refused(bytes(0x80, 2, "X", little(4, 0x7fffffff), "abc"), "ends in the middle of a value");
    refused(bytes("X", little(4, 0xffffffffL)), "a length of 4294967295 bytes");
    refused(bytes(0x8d, little(8, Long.MAX_VALUE)), "a length of 9223372036854775807 bytes");
    refused(bytes(0x8b, little(4, 1_000_000)), "a number of 1000000 bytes is too long");
    refused(bytes("I", "9".repeat(100_000)), "a line of more than 4096 bytes");
    refused(bytes("h", 3, "."), "the memo has no 3");
    refused(bytes("(", 0x94, "."), "a value is missing");
    refused(bytes("(((."), "the end comes before all is put together");
    refused(bytes("e."), "a mark is missing");
    refused(bytes("]s."), "a value is missing");
    refused(bytes("]NNs."), "entries for what is no dictionary");
    refused(bytes("}NNs."), "a key is neither a text nor a whole number");
    refused(bytes("}]Ns."), "a key is neither a text nor a whole number");
    refused(bytes("}(Nu."), "a key without a value");
    refused(bytes("]".repeat(3_000_000), "."), "lists and dictionaries");
    refused(bytes("N".repeat(9_000_000), "."), "more than 8388608 values");
    refused(
        bytes("]".repeat(100_000), "a".repeat(99_999), "."), "is a list, expected a dictionary");
    // A list in itself, and lists of lists of one list, twice each: 2 to the power of 64.
    refused(bytes("]q", 0, "h", 0, "a."), "is a list, expected a dictionary");
    StringBuilder laughs = new StringBuilder("]q\0");
    for (int i = 1; i < 64; i++) {
      laughs.append("](h").append((char) (i - 1)).append('h').append((char) (i - 1));
      laughs.append("eq").append((char) i);
    }
    String all = laughs.toString();
    refused(bytes(all + "1."), "a mark is missing");
    refused(bytes("}X", little(4, 9), "pg_config", all, "s."), "for what is no dictionary");
    refused(bytes("}X", little(4, 9), "pg_configNs."), "'pg_config' is missing or None");
    refused(bytes("%PNG"), "the opcode '%' is unknown");
  }

  @Test
  void fieldsOfAnotherKind_areNamed() throws Exception {
    assertThat(PickleReader.read("x", bytes("}X", little(4, 1), "aK", 7, "s.")))
        .isEqualTo(Map.of("a", 7L));
    assertThat(PickleReader.read("x", bytes("(K", 1, "M", 1, 1, "J", little(4, -5), "l.")))
        .isEqualTo(List.of(1L, 257L, -5L));
    Object whole =
        PickleReader.read("x", bytes("}X", little(4, 7), "entriesX", little(4, 3), "\u001b[2s."));
    PyNode entries = PyNode.root("x", whole).get("entries");
    assertThatThrownBy(entries::size).hasMessage("x: 'entries' is a text, expected a list");
    assertThat(entries.text()).doesNotContain("\u001b");
  }

  @Test
  void oneBadFileAmongGoodOnes_isNoted_andItsRankIsMissing() throws Exception {
    recordAll();
    Path cut = folder.resolve("nccl_trace_rank_1");
    byte[] whole = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));

    Explanation found = Explanation.of(folder);

    assertThat(found.verdicts()).singleElement().asString().contains("no recording of rank 1");
    assertThat(found.notes())
        .anyMatch(note -> note.startsWith("left out: ") && note.contains("nccl_trace_rank_1"));
  }
}
