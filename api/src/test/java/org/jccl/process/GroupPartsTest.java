package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.MemberAnswer;
import org.jccl.MemberVoice;
import org.jccl.ProcessGroup;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some members of a group that meet for themselves, in each kind of group. */
@Timeout(60)
class GroupPartsTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The kinds of groups. */
  enum Kind {
    IN_JVM,
    TCP,
    STORE
  }

  @ParameterizedTest
  @EnumSource
  void parts_meetApart_alsoInPartsOfParts_whileTheOthersDoSomethingElse(Kind kind) {
    Crew<List<String>> crew =
        group(
            kind,
            4,
            LONG,
            (group, rank) -> {
              List<String> seen = new ArrayList<>();
              // Ranks 1 and 3 in reverse order; 0 and 2 make another number of calls meanwhile.
              boolean isOdd = rank % 2 == 1;
              int place = isOdd ? 1 - rank / 2 : rank / 2;
              try (ProcessGroup part = part(group, isOdd ? "odd" : "even", place, 2)) {
                for (int i = 0; i <= rank % 2; i++) {
                  part.allGather(bytes("from " + rank)).forEach(each -> seen.add(text(each)));
                }
                ProcessGroup pair = part(part, "again", 1 - place, 2);
                seen.add(text(pair.broadcast(bytes("root " + rank), 0)));
                assertThat(pair.rank()).isEqualTo(1 - place);
                assertThat(pair.spansProcesses()).isEqualTo(group.spansProcesses());
              }
              seen.add(text(group.broadcast(bytes("all"), 3)));
              return seen;
            });

    crew.requireNoFailure();
    assertThat(crew.result(0)).containsExactly("from 0", "from 2", "root 2", "all");
    assertThat(crew.result(2)).isEqualTo(crew.result(0));
    assertThat(crew.result(3))
        .containsExactly("from 3", "from 1", "from 3", "from 1", "root 1", "all");
    assertThat(crew.result(1)).isEqualTo(crew.result(3));
  }

  @ParameterizedTest
  @EnumSource
  void memberThatLeavesTheWholeGroup_isNamedInItsParts_andThePartsOfOthersGoOn(Kind kind) {
    Crew<String> crew =
        group(
            kind,
            4,
            LONG,
            (group, rank) -> {
              ProcessGroup part = part(group, rank < 2 ? "low" : "high", rank % 2, 2);
              part.barrier(LONG);
              if (rank == 3) {
                part.close();
                return "left";
              }
              if (rank == 2) {
                assertThatThrownBy(() -> part.allGather(bytes("alone")))
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageStartingWith("process group of high, rank 0/2, all_gather #1: ")
                    .hasMessageContaining("rank 1 will not come to all_gather")
                    .hasMessageContaining("it has closed its process group");
                return "told";
              }
              return text(part.broadcast(bytes("still"), 1));
            });

    crew.requireNoFailure();
    assertThat(crew.result(0)).isEqualTo("still");
    assertThat(crew.result(2)).isEqualTo("told");
  }

  @ParameterizedTest
  @EnumSource
  void memberThatDoesNotCome_andOneThatCallsSomethingElse_areNamed(Kind kind) {
    Crew<String> late =
        group(
            kind,
            3,
            LONG,
            (group, rank) -> {
              if (rank == 0) {
                group.barrier(LONG);
                return "";
              }
              ProcessGroup part = part(group, "p", rank - 1, 2);
              part.barrier(LONG);
              if (rank == 1) {
                assertThatThrownBy(() -> part.barrier(Duration.ofMillis(100)))
                    .isInstanceOf(CollectiveTimeoutException.class)
                    .hasMessageContaining("these have not come: [1]");
              }
              group.barrier(LONG);
              return "";
            });
    late.requireNoFailure();

    Crew<String> different =
        group(
            kind,
            3,
            LONG,
            (group, rank) -> {
              ProcessGroup part = part(group, "p", (rank + 1) % 3, 3);
              if (rank == 1) {
                part.broadcast(bytes("x"), 0);
              } else {
                part.allGather(bytes("x"));
              }
              return "";
            });
    for (int rank = 0; rank < 3; rank++) {
      assertThat(different.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("the ranks disagree: rank ");
    }
  }

  @ParameterizedTest
  @EnumSource(names = "STORE", mode = EnumSource.Mode.EXCLUDE)
  void placesThatCannotBe_andPlacesThatAreTaken_areRefused(Kind kind) {
    Crew<String> crew =
        group(
            kind,
            3,
            LONG,
            (group, rank) -> {
              assertThatThrownBy(() -> group.part("p", 2, 2))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("rank 2 of 2 cannot be");
              assertThatThrownBy(() -> group.part("", 0, 1))
                  .isInstanceOf(IllegalArgumentException.class);
              ProcessGroup part = part(group, "p", 0, 2);
              assertThatThrownBy(() -> part.barrier(LONG))
                  .isInstanceOf(CollectiveException.class)
                  .hasMessageContaining("two members say they are rank 0 of a part");
              return "";
            });

    crew.requireNoFailure();
  }

  @ParameterizedTest
  @EnumSource(names = "IN_JVM", mode = EnumSource.Mode.EXCLUDE)
  void members_answerQuestions_whateverTheyDo_andThoseThatDoNotAreTold(Kind kind) {
    CountDownLatch hasLeft = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    Crew<List<MemberAnswer>> crew =
        group(
            kind,
            4,
            LONG,
            (group, rank) -> {
              group.answer(
                  question -> {
                    if (rank == 2) {
                      awaited(isOver); // as a process that is stopped
                    }
                    return bytes(text(question) + " " + rank);
                  });
              group.barrier(LONG);
              if (rank == 3) {
                group.close();
                hasLeft.countDown();
              }
              if (rank > 1) {
                awaited(isOver);
                return List.of();
              }
              awaited(hasLeft);
              List<MemberAnswer> answers =
                  new ArrayList<>(group.ask(bytes("how"), Duration.ofMillis(900)).get());
              ProcessGroup part = part(group, "turned", 1 - rank, 2);
              part.barrier(LONG);
              answers.addAll(part.ask(bytes("now"), Duration.ofMillis(900)).get());
              part.barrier(LONG);
              isOver.countDown();
              return answers;
            });

    crew.requireNoFailure();
    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.result(rank))
          .containsExactly(
              MemberAnswer.of(bytes("how 0")),
              MemberAnswer.of(bytes("how 1")),
              MemberAnswer.none(MemberAnswer.Kind.SILENT),
              MemberAnswer.none(MemberAnswer.Kind.GONE),
              MemberAnswer.of(bytes("now 1")),
              MemberAnswer.of(bytes("now 0")));
    }
  }

  /** A member that says more until its end. */
  private static MemberVoice voice(int rank, boolean hasMore) {
    return new MemberVoice() {
      @Override
      public byte[] answer(byte[] question) {
        return bytes("lives " + rank);
      }

      @Override
      public byte[] lastWords() {
        return bytes("lived " + rank);
      }

      @Override
      public boolean hasMoreToSay() {
        return hasMore;
      }
    };
  }

  private static List<MemberAnswer> asked(ProcessGroup group) throws Exception {
    return group.ask(bytes("how"), Duration.ofSeconds(20)).get();
  }

  @ParameterizedTest
  @EnumSource(names = "IN_JVM", mode = EnumSource.Mode.EXCLUDE)
  void memberThatHasLeft_leavesItsLastWords(Kind kind) {
    CountDownLatch hasLeft = new CountDownLatch(1);
    Crew<List<MemberAnswer>> crew =
        group(
            kind,
            3,
            LONG,
            (group, rank) -> {
              group.answer(voice(rank, false));
              group.barrier(LONG);
              if (rank == 1) {
                group.close();
                hasLeft.countDown();
              }
              awaited(hasLeft);
              return rank == 2 ? asked(group) : List.of();
            });

    crew.requireNoFailure();
    assertThat(crew.result(2))
        .containsExactly(
            MemberAnswer.of(bytes("lives 0")),
            new MemberAnswer(MemberAnswer.Kind.GONE, bytes("lived 1")),
            MemberAnswer.of(bytes("lives 2")));
  }

  @Test
  void closedGroup_goesOnToAskAndAnswer_whileThereIsMoreToSay() throws Exception {
    List<MemberAnswer> alive =
        List.of(
            MemberAnswer.of(bytes("lives 0")),
            MemberAnswer.of(bytes("lives 1")),
            MemberAnswer.of(bytes("lives 2")));
    TcpLeader leader = TcpProcessGroup.listen(TcpSettings.of(HOST, 0, 0, 3, "s", LONG));
    Crew<ProcessGroup> joined =
        Crew.run(
            3,
            rank ->
                rank == 0
                    ? leader.join(LONG)
                    : ProcessGroups.tcp(HOST, leader.port(), rank, 3, "s", LONG));
    joined.requireNoFailure();
    ProcessGroup two = joined.result(2);
    for (int rank = 0; rank < 3; rank++) {
      joined.result(rank).answer(voice(rank, rank != 2));
    }
    Crew<Object> met =
        Crew.run(
            3,
            rank -> {
              joined.result(rank).barrier(LONG);
              return rank;
            });
    met.requireNoFailure();

    joined.result(1).close();
    assertThat(asked(two)).isEqualTo(alive);
    assertThat(asked(joined.result(1))).isEqualTo(alive);
    Farewells.say(); // as at the end of its process
    while (asked(two).get(1).kind() != MemberAnswer.Kind.GONE) {
      Thread.onSpinWait();
    }
    joined.result(0).close();
    assertThat(asked(two))
        .containsExactly(
            alive.get(0), new MemberAnswer(MemberAnswer.Kind.GONE, bytes("lived 1")), alive.get(2));
    assertThatThrownBy(() -> two.barrier(LONG))
        .hasMessageContaining("has closed its process group");
    assertThat(two.lostMember()).isEmpty();

    Farewells.say();
    while (asked(two).getFirst().kind() != MemberAnswer.Kind.GONE) {
      Thread.onSpinWait();
    }
    assertThat(asked(two))
        .contains(
            new MemberAnswer(MemberAnswer.Kind.GONE, bytes("lived 0")),
            new MemberAnswer(MemberAnswer.Kind.GONE, bytes("lived 1")));
    assertThat(two.lostMember()).isEmpty();
    two.close();
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupt) {
      throw new IllegalStateException(interrupt);
    }
  }

  private static ProcessGroup part(ProcessGroup group, String name, int rank, int size) {
    return group.part(name, rank, size).orElseThrow();
  }

  private interface Program<T> {
    T run(ProcessGroup group, int rank) throws Exception;
  }

  /** Runs a program on every member; members stay until all have ended. */
  private static <T> Crew<T> group(Kind kind, int size, Duration limit, Program<T> program) {
    try (SmallTorchStore store = new SmallTorchStore()) {
      List<ProcessGroup> inside = InJvmProcessGroups.create(size, limit);
      TcpLeader leader = TcpProcessGroup.listen(TcpSettings.of(HOST, 0, 0, size, "s", limit));
      Crew<ProcessGroup> joined =
          Crew.run(
              size,
              rank ->
                  switch (kind) {
                    case IN_JVM -> inside.get(rank);
                    case TCP ->
                        rank == 0
                            ? leader.join(limit)
                            : ProcessGroups.tcp(HOST, leader.port(), rank, size, "s", limit);
                    case STORE -> store(store, rank, size, limit);
                  });
      joined.requireNoFailure();
      Crew<T> crew = Crew.run(size, rank -> program.run(joined.result(rank), rank));
      for (int rank = size - 1; rank >= 0; rank--) {
        joined.result(rank).close();
      }
      leader.close();
      return crew;
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private static ProcessGroup store(SmallTorchStore store, int rank, int size, Duration limit) {
    return TorchStoreGroup.join(TcpSettings.of(HOST, store.port(), rank, size, "", limit), "g");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
