package org.jccl.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
import org.jccl.MemberVoice;
import org.jspecify.annotations.Nullable;

/**
 * Questions to all members of a store's group. {@code questions} counts them, {@code question/N} is
 * one, {@code answer/N/R} what rank R says, {@code last/R} what it has said before it left: its
 * {@link StoreHeart} looks whether there is a new one at each of its beats. A member without a
 * heart, as one in Python, cannot be asked.
 */
final class StoreTalk {
  /** Most questions of before that a member still answers. */
  private static final int MOST_AT_ONCE = 16;

  private final TcpSettings place;

  /** Of the whole group. */
  private final String prefix;

  private volatile @Nullable MemberVoice voice;
  private long seen;

  StoreTalk(TcpSettings place, String prefix) {
    this.place = place;
    this.prefix = prefix;
  }

  void answer(MemberVoice speaker) {
    voice = speaker;
  }

  /** Before this member goes; words that may still change are none. */
  void sayLastWords(TorchStoreClient store) throws IOException {
    if (!FollowerTalk.hasMoreToSay(voice)) {
      store.set(last(place.rank()), FollowerTalk.lastWords(voice));
    }
  }

  private MemberAnswer lastWords(TorchStoreClient store, int member) throws IOException {
    byte[] words = store.isThere(List.of(last(member))) ? store.get(last(member)) : new byte[0];
    return words.length > MemberAnswer.MOST
        ? MemberAnswer.none(Kind.GONE)
        : new MemberAnswer(Kind.GONE, words);
  }

  private String last(int member) {
    return prefix + "last/" + member;
  }

  /** Answers what is new; on the heart's own thread and connection. */
  void beat(TorchStoreClient store) throws IOException {
    long asked = store.increment(prefix + "questions", 0);
    seen = Math.max(seen, asked - MOST_AT_ONCE);
    while (seen < asked) {
      String question = prefix + "question/" + (seen + 1);
      if (!store.isThere(List.of(question))) {
        return; // it comes
      }
      seen++;
      store.set(
          prefix + "answer/" + seen + "/" + place.rank(),
          FollowerTalk.made(voice, store.get(question)));
    }
  }

  /**
   * Asks members.
   *
   * @param members where rank r of who asks is found in the whole group; -1 where nobody knows
   */
  CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within, Members members) {
    CompletableFuture<List<MemberAnswer>> asked = new CompletableFuture<>();
    RealTime.daemon(
        "process group, asks in the store",
        () -> {
          try (TorchStoreClient store =
              TorchStoreClient.connect(place.host(), place.port(), within)) {
            asked.complete(ask(store, question, within, members.find(store)));
          } catch (IOException | RuntimeException gone) {
            asked.complete(List.of());
          } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            asked.complete(List.of());
          }
        });
    return asked.completeOnTimeout(
        List.of(), within.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Finds out who is who. */
  @FunctionalInterface
  interface Members {
    /** {@return by rank of who asks, the rank in the whole group; -1 where nobody knows} */
    int[] find(TorchStoreClient store) throws IOException;
  }

  private List<MemberAnswer> ask(
      TorchStoreClient store, byte[] question, Duration within, int... members) throws IOException {
    long number = store.increment(prefix + "questions", 1);
    store.set(prefix + "question/" + number, question);
    String gone =
        store.isThere(List.of(prefix + "gone"))
            ? "\n" + new String(store.get(prefix + "gone"), StandardCharsets.UTF_8)
            : "";
    List<MemberAnswer> answers = new ArrayList<>();
    List<String> awaited = new ArrayList<>();
    for (int member : members) {
      Kind kind = Kind.SILENT;
      if (member < 0 || !store.isThere(List.of(StoreHeart.key(prefix, member)))) {
        kind = Kind.NOT_ASKED;
      } else if (gone.contains("\n" + member + " ")) {
        kind = Kind.GONE;
      } else {
        awaited.add(key(number, member));
      }
      answers.add(kind == Kind.GONE ? lastWords(store, member) : MemberAnswer.none(kind));
    }
    if (!awaited.isEmpty()) {
      store.await(awaited, within);
    }
    for (int rank = 0; rank < members.length; rank++) {
      String key = key(number, members[rank]);
      if (answers.get(rank).kind() == Kind.SILENT && store.isThere(List.of(key))) {
        byte[] said = store.get(key);
        answers.set(
            rank,
            said.length > MemberAnswer.MOST
                ? MemberAnswer.none(Kind.NOT_ASKED)
                : MemberAnswer.of(said));
        store.delete(key);
      }
    }
    store.delete(prefix + "question/" + (number - MOST_AT_ONCE)); // nobody answers it any more
    return List.copyOf(answers);
  }

  private String key(long number, int member) {
    return prefix + "answer/" + number + "/" + member;
  }
}
