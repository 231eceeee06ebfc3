package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jccl.DataType;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
import org.jccl.ProcessGroup;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.spi.RankProgress.Stage;
import org.junit.jupiter.api.Test;

/** Who is behind, or silent, in words. */
class ProgressWordsTest {
  private static final String SUM = "all_reduce of 4 FLOAT32 (sum)";

  private static RankProgress rank(int rank, long calls, String last) {
    return new RankProgress(rank, Stage.OPEN, calls, calls, last, "");
  }

  /** All but some, which have said {@code others}. */
  private static List<RankProgress> all(int ranks, long calls, RankProgress... others) {
    List<RankProgress> all = new ArrayList<>(List.of(others));
    IntStream.range(0, ranks)
        .filter(rank -> all.stream().noneMatch(each -> each.rank() == rank))
        .forEach(rank -> all.add(rank(rank, calls, SUM)));
    return all;
  }

  private static String words(int ranks, List<RankProgress> known, Kind... members) {
    return ProgressWords.of(ranks, "", new ProgressBoard.Answers(known, List.of(members)));
  }

  @Test
  void rankThatIsBehind_isNamedWithItsNumberAndTheCallThatItOwes() {
    assertThat(words(8, all(8, 42, rank(1, 41, "broadcast of 1 INT8 (root 0)"))))
        .isEqualTo(
            "rank 1 has issued 41 calls: #41 was broadcast of 1 INT8 (root 0), and is in no call"
                + " now; ranks 0, 2-7 have issued 42 calls: #42 is "
                + SUM);
  }

  @Test
  void otherCallOfTheSameNumber_isTold() {
    assertThat(words(4, all(4, 7, rank(2, 7, "broadcast of 4 FLOAT32 (root 0)"))))
        .contains("all ranks have issued 7 calls")
        .contains("#7 is " + SUM + " on ranks 0, 1, 3, broadcast of 4 FLOAT32 (root 0) on rank 2");
  }

  @Test
  void silentRank_isNamed() {
    List<RankProgress> known = all(3, 5).stream().filter(each -> each.rank() != 1).toList();
    assertThat(words(3, known, Kind.ANSWERED, Kind.SILENT, Kind.ANSWERED))
        .startsWith("rank 1 does not answer")
        .endsWith("ranks 0, 2 have issued 5 calls: #5 is " + SUM);
  }

  @Test
  void rankThatHasClosed_orNeverCame_isNamed() {
    List<RankProgress> known =
        List.of(rank(0, 5, SUM), new RankProgress(1, Stage.CLOSED, 4, 4, SUM, ""));
    assertThat(words(3, known, Kind.ANSWERED, Kind.ANSWERED, Kind.ANSWERED))
        .contains("rank 2 lives, but has not come to this communicator")
        .contains("rank 1 has closed it after 4 calls");
  }

  @Test
  void nothingIsSaid_whereNothingIsKnownOfOthers() {
    assertThat(words(2, List.of(rank(0, 5, SUM)))).isEmpty();
    assertThat(words(1, List.of(rank(0, 5, SUM)), Kind.ANSWERED)).contains("all ranks");
  }

  @Test
  void thousandRanksThatAllDiffer_areAFewLinesOnly() {
    List<RankProgress> known =
        IntStream.range(0, 1_000).mapToObj(rank -> rank(rank, 1 + rank * 7L % 1_000, SUM)).toList();
    Kind[] members = Collections.nCopies(1_000, Kind.ANSWERED).toArray(Kind[]::new);
    assertThat(words(1_000, known, members)).hasSizeLessThan(1_500).contains("others lie between");
  }

  @Test
  void ranks_areRanges() {
    assertThat(ProgressWords.ranks(List.of(3))).isEqualTo("rank 3");
    assertThat(ProgressWords.ranks(List.of(0, 1, 3, 4, 5, 9))).isEqualTo("ranks 0, 1, 3-5, 9");
  }

  @Test
  void progress_travelsAndIsChecked() throws IOException {
    RankProgress some =
        new RankProgress(
            3, Stage.ENDED, 41, RankProgress.UNKNOWN, "x".repeat(1_000), "ncclAllReduce\u001b[31m");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    some.write(new DataOutputStream(bytes));
    assertThat(bytes.size()).isLessThan(1_000);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    assertThat(RankProgress.read(in)).isEqualTo(some);
    assertThat(some.inside()).doesNotContain("\u001b");
    assertThat(ProgressBoard.answer(new byte[5_000])).isEmpty();
  }

  /** A group of which rank 0 has gone with these last words, and rank 1, perhaps, with the same. */
  private record Gone(byte[] words, Kind one) implements ProcessGroup {
    @Override
    public int rank() {
      return 2;
    }

    @Override
    public int worldSize() {
      return 3;
    }

    @Override
    public boolean spansProcesses() {
      return true;
    }

    @Override
    public CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
      MemberAnswer answer = new MemberAnswer(Kind.GONE, words);
      return CompletableFuture.completedFuture(
          List.of(answer, one == Kind.GONE ? answer : MemberAnswer.none(one)));
    }

    @Override
    public byte[] broadcast(byte[] payload, int root) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<byte[]> allGather(byte[] payload) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void barrier(Duration timeout) {}

    @Override
    public void close() {}
  }

  @Test
  void lastWords_areOfTheRankThatHasGone_ofThatCommunicatorAlone() {
    Supplier<RankProgress> mine = () -> rank(1, 3, SUM);
    Supplier<RankProgress> another = () -> rank(1, 8, SUM);
    ProgressBoard.Line line = ProgressBoard.join("lastWords", mine);
    ProgressBoard.Line other = ProgressBoard.join("lastWords of another", another);
    Gone group = new Gone(ProgressBoard.lastWords(), Kind.GONE);

    List<RankProgress> known =
        ProgressBoard.ask("lastWords", group, Duration.ofSeconds(1)).join().known();

    RankProgress gone = new RankProgress(1, Stage.GONE, 3, 3, SUM, "");
    assertThat(known).containsExactly(gone, mine.get()); // the second is of this process
    assertThat(words(3, List.of(gone, rank(2, 4, SUM)), Kind.GONE, Kind.GONE, Kind.ANSWERED))
        .contains("rank 1 has ended after 3 calls", "rank 0 has left the process group");
    line.close();
    other.close();
  }

  @Test
  void lastWords_tellWhatWasHeardOfOthers() {
    Supplier<RankProgress> closed = () -> new RankProgress(1, Stage.CLOSED, 3, 3, SUM, "");
    String subject = "heard of others";
    ProgressBoard.Line line = ProgressBoard.join(subject, closed);
    Gone one = new Gone(ProgressBoard.lastWords(), Kind.GONE);
    ProgressBoard.ask(subject, one, Duration.ofSeconds(1)).join();
    line.close();

    Gone zero = new Gone(ProgressBoard.lastWords(), Kind.NOT_ASKED);

    assertThat(ProgressBoard.ask(subject, zero, Duration.ofSeconds(1)).join().known())
        .contains(closed.get());
  }

  @Test
  void call_inWords() {
    CallArguments call = new CallArguments();
    call.set(Operation.REDUCE, 0, 0, 9, DataType.INT32.code(), 2, 1);
    assertThat(RankProgress.words(call)).isEqualTo("reduce of 9 INT32 (max, root 1)");
    call.set(Operation.SEND, 0, 0, 9, -1, 0, 3);
    assertThat(RankProgress.words(call)).isEqualTo("send of 9 (peer 3)");
    assertThat(RankProgress.words(null)).isEmpty();
  }
}
