package org.jccl.benchmarks.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.observe.FlightRecorder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the recordings of several ranks say together, of recordings that recorders have written. */
class ExplanationTest {
  private static final int RANKS = 4;

  @TempDir Path folder;

  private final FlightRecorder recorder = FlightRecorder.builder().lines(false).build();

  private Explanation explain() throws IOException, BadFileException {
    recorder.write(folder, "a test asked");
    return Explanation.of(folder);
  }

  private Recorded[] ends(int most) {
    Recorded[] made = new Recorded[most];
    for (int rank = 0; rank < most; rank++) {
      made[rank] = new Recorded(recorder, "world", rank, RANKS);
    }
    return made;
  }

  @Test
  void recordingsOfSeveralFolders_areComparedAsOfOne_andNamedWithTheirFolders() throws Exception {
    List<Path> folders = new ArrayList<>();
    for (int rank = 0; rank < RANKS; rank++) {
      FlightRecorder own = FlightRecorder.builder().lines(false).build();
      new Recorded(own, "world", rank, RANKS).sum(rank == 2 ? 15 : 16);
      folders.add(Files.createDirectory(folder.resolve("host" + rank)));
      own.write(folders.getLast(), "a test asked");
    }
    folders.add(folders.getFirst()); // named twice

    Explanation found = Explanation.of(folders);

    assertThat(found.verdicts()).singleElement().asString().contains("against the others: rank 2");
    assertThat(found.notes()).hasSize(RANKS).anyMatch(note -> note.contains("host3"));
  }

  @Test
  void equalRecordings_sayNothing() throws Exception {
    for (Recorded end : ends(RANKS)) {
      end.sum(16).broadcast(2).sum(16);
    }

    Explanation found = explain();

    assertThat(found.verdicts()).isEmpty();
    assertThat(found.notes()).singleElement().asString().contains("a test asked");
  }

  @Test
  void rankThatCalledLess_isNamedWithTheCallThatItDidNotMake() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (Recorded end : ends) {
      end.sum(16).sum(16);
    }
    ends[0].broadcast(2);
    ends[2].broadcast(2);
    ends[3].broadcast(2);

    assertThat(explain().verdicts())
        .containsExactly(
            "world, 4 ranks: rank 1 called 2 collectives, ranks 0, 2, 3 called 3 collectives\n"
                + "  rank 1 did not call #2: broadcast of 8 INT32, root 2\n"
                + "  the last call of rank 1: #1 all_reduce of 16 FLOAT32, sum");
  }

  @Test
  void rankThatCalledSomethingElse_isOutvoted() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (int rank = 0; rank < RANKS; rank++) {
      ends[rank].sum(16).broadcast(rank == 3 ? 1 : 0).sum(rank == 3 ? 17 : 16);
    }

    assertThat(explain().verdicts())
        .containsExactly(
            "world, 4 ranks: collective #1 is not the same on all ranks; against the others: rank 3\n"
                + "  ranks 0, 1, 2: broadcast of 8 INT32, root 0\n"
                + "  rank 3: broadcast of 8 INT32, root 1\n"
                + "  so is 1 later");
  }

  @Test
  void evenVote_takesNobodyForRight() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (int rank = 0; rank < RANKS; rank++) {
      ends[rank].sum(rank % 2 == 0 ? 16 : 32);
    }

    assertThat(explain().verdicts())
        .containsExactly(
            "world, 4 ranks: collective #0 is not the same on all ranks; the ranks are divided"
                + " evenly\n"
                + "  ranks 0, 2: all_reduce of 16 FLOAT32, sum\n"
                + "  ranks 1, 3: all_reduce of 32 FLOAT32, sum");
  }

  @Test
  void rankWithoutRecording_isNamed() throws Exception {
    for (Recorded end : ends(3)) {
      end.sum(16);
    }

    assertThat(explain().verdicts())
        .containsExactly(
            "world, 4 ranks: no recording of rank 3: it ended before it could write one, or its file"
                + " is not here");
  }

  @Test
  void messagesWithoutPartner_andOfOtherLengths_areNamed() throws Exception {
    Recorded[] ends = ends(RANKS);
    ends[0].message("send", 1, 4).message("send", 2, 4).message("send", 2, 4);
    ends[1].message("recv", 0, 8);
    ends[2].message("recv", 0, 4);

    assertThat(explain().verdicts())
        .containsExactly(
            "world, 4 ranks: message 0 from rank 0 to rank 1 has 16 bytes, its receive 32",
            "world, 4 ranks: 2 sends from rank 0 to rank 2, 1 receive; the first without a partner:"
                + " rank 0, send of 4 INT32, peer 2");
  }

  @Test
  void callsThatAgreeButCannotMeet_areFoundByTheSimulator() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (int rank = 0; rank < RANKS; rank++) {
      int next = (rank + 1) % RANKS;
      int before = (rank + RANKS - 1) % RANKS;
      ends[rank].sum(16).message("send", next, 4).message("recv", before, 4);
    }

    assertThat(explain().verdicts())
        .singleElement()
        .asString()
        .startsWith("world, 4 ranks: made again on the simulator: DEADLOCK")
        .contains("cycle: rank 0 → rank 1 → rank 2 → rank 3 → rank 0")
        .doesNotContain("Rerun");
  }

  @Test
  void callThatHasNotComeBack_isNoted_andCountsAsCalled() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (Recorded end : ends) {
      end.sum(16);
    }
    ends[2].sumThatDoesNotComeBack(16);

    Explanation found = explain();

    assertThat(found.verdicts()).singleElement().asString().contains("rank 2 called 2 collectives");
    assertThat(found.notes())
        .contains(
            "world, 4 ranks: the library has not come back to rank 2 from #1 all_reduce of 16"
                + " FLOAT32, sum");
  }

  @Test
  void rankThatLeftOutACall_orMadeOneMore_isNamedWithThatCall() throws Exception {
    Recorded[] ends = ends(RANKS);
    for (int rank = 0; rank < RANKS; rank++) {
      ends[rank].sum(1).sum(2);
      if (rank != 2) {
        ends[rank].broadcast(0);
      }
      ends[rank].sum(3).sum(4).sum(5);
    }
    assertThat(explain().verdicts())
        .singleElement()
        .asString()
        .contains("against the others: rank 2")
        .contains("rank 2 seems to have left out #2 (broadcast of 8 INT32, root 0)");
    assertThat(explain().replays()).singleElement().asString().contains("MISMATCH");
  }

  @Test
  void wrappedRings_areComparedWhereTheyOverlap_andHugeNumbersCostNothing() throws Exception {
    FlightRecorder small = FlightRecorder.builder().lines(false).calls(4).build();
    for (int rank = 0; rank < RANKS; rank++) {
      Recorded end = new Recorded(small, "world", rank, RANKS);
      for (int i = 0; i < 1_000 + rank % 2; i++) {
        end.sum(i + 1);
      }
    }
    small.write(folder, "a test asked");
    Path file;
    try (var all = Files.list(folder)) {
      file = all.findFirst().orElseThrow();
    }

    assertThat(Explanation.of(folder).verdicts())
        .singleElement()
        .asString()
        .contains("ranks 0, 2 called 1000 collectives, ranks 1, 3 called 1001 collectives")
        .contains("did not call #1000: all_reduce of 1001");

    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"number\":999", "\"number\":9223372036854775806"));
    assertThat(Explanation.of(folder).verdicts()).isNotEmpty();
  }

  @Test
  void recordingsOfTwoRuns_areNotMixed_andCutOnesAreNoted() throws Exception {
    for (Recorded end : ends(RANKS)) {
      end.sum(16);
    }
    recorder.write(folder, "a test asked");
    Path file;
    try (var all = Files.list(folder)) {
      file = all.findFirst().orElseThrow();
    }
    String now = Files.readString(file);
    String before =
        now.replaceAll("\"written\":\"[^\"]*\"", "\"written\":\"2001-01-01T00:00:00Z\"")
            .replace("\"count\":16", "\"count\":99");
    Files.writeString(folder.resolve("jccl-a-0.json"), before);
    Files.writeString(folder.resolve("jccl-a-1.json"), now.substring(0, now.length() / 2));
    Files.writeString(folder.resolve("jccl-a-2.json"), now.replace("recorder-1", "recorder-9"));

    Explanation found = Explanation.of(folder);

    assertThat(found.verdicts()).isEmpty();
    assertThat(found.notes())
        .anyMatch(note -> note.contains("the later one counts, " + file.getFileName()))
        .anyMatch(note -> note.contains("left out: ") && note.contains("jccl-a-1.json"))
        .anyMatch(note -> note.contains("this jccl reads jccl-flight-recorder-1"));
  }

  @Test
  void severalCommunicatorsOfOneName_areKeptApart() throws Exception {
    for (int turn = 0; turn < 2; turn++) {
      for (int rank = 0; rank < RANKS; rank++) {
        new Recorded(recorder, "world", rank, RANKS).sum(turn == 1 && rank == 0 ? 1 : 2);
      }
    }

    assertThat(explain().verdicts())
        .singleElement()
        .asString()
        .startsWith("world, 4 ranks, opened as number 2: collective #0 is not the same");
  }

  @Test
  void filesThatAreNone_areRefusedInOneLine() throws IOException {
    assertThatThrownBy(() -> Explanation.of(folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("there is no file jccl-*.json of a flight recorder");

    refused("", "the file is empty");
    refused("[1]", "is a list, expected an object");
    refused("{\"format\":\"x\"}", "field 'format' is 'x', this jccl reads jccl-flight-recorder-1");
    refused(
        "{\"format\":\"jccl-flight-recorder-1\",\"host\":\"h\",\"pid\":1,\"reason\":\"r\","
            + "\"communicators\":[{\"rank\":2,\"world_size\":2}]}",
        "field 'communicators[0].rank' is 2, the world size is 2");
  }

  private void refused(String text, @Nullable String words) throws IOException {
    Files.writeString(folder.resolve("jccl-a-1.json"), text);
    assertThatThrownBy(() -> Explanation.of(folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(words)
        .hasMessageNotContaining("\n");
  }
}
