package org.jccl.process;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
import org.jccl.MemberVoice;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a TCP group or of a part of it asks the others, and what it answers: all by way
 * of rank 0. Only the whole group answers.
 */
final class FollowerTalk {
  /** How much longer than the members' time rank 0 has to say what they have answered. */
  private static final Duration GRACE = Duration.ofMillis(300);

  private final TcpLink link;
  private final long part;
  private final int worldSize;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<List<MemberAnswer>>> open = new ConcurrentHashMap<>();
  private volatile @Nullable MemberVoice voice;
  private volatile boolean ended;

  /** What rank 0 has said of those that have gone, itself included, when it went; by rank. */
  private volatile List<MemberAnswer> last = List.of();

  FollowerTalk(TcpLink link, long part, int worldSize) {
    this.link = link;
    this.part = part;
    this.worldSize = worldSize;
  }

  void answer(MemberVoice speaker) {
    voice = speaker;
  }

  /** Whether this member's last words may still change. */
  boolean hasMoreToSay() {
    return hasMoreToSay(voice);
  }

  static boolean hasMoreToSay(@Nullable MemberVoice speaker) {
    try {
      return speaker != null && speaker.hasMoreToSay();
    } catch (RuntimeException failed) {
      return false;
    }
  }

  /** This member's last words, as they are now. */
  byte[] lastWords() {
    return lastWords(voice);
  }

  static byte[] lastWords(@Nullable MemberVoice speaker) {
    try {
      byte[] words = speaker == null ? new byte[0] : speaker.lastWords();
      return words.length > MemberAnswer.MOST ? new byte[0] : words;
    } catch (RuntimeException failed) {
      return new byte[0];
    }
  }

  CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    CompletableFuture<List<MemberAnswer>> asked = new CompletableFuture<>();
    long number = numbers.incrementAndGet();
    open.put(number, asked);
    asked.whenComplete((answers, none) -> open.remove(number));
    if (ended) {
      asked.complete(without(Kind.GONE));
      return asked;
    }
    byte[] said =
        ByteBuffer.allocate(Long.BYTES + question.length)
            .putLong(within.toMillis())
            .put(question)
            .array();
    link.talk(Frame.Kind.ASK, part, number, said);
    return asked.completeOnTimeout(
        without(Kind.SILENT), within.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Rank 0 asks, or tells what all have answered. */
  void received(Frame frame) {
    long number = frame.call().position();
    if (frame.kind() == Frame.Kind.ASK) {
      link.talk(Frame.Kind.ANSWER, part, number, made(voice, frame.payload()));
      return;
    }
    if (frame.kind() == Frame.Kind.LAST) {
      last = MemberPolls.read(frame.payload(), worldSize);
      return;
    }
    CompletableFuture<List<MemberAnswer>> asked = open.get(number);
    if (asked != null) {
      asked.complete(MemberPolls.read(frame.payload(), worldSize));
    }
  }

  /** The answer to a question; an empty one where there is none to give. */
  static byte[] made(@Nullable MemberVoice speaker, byte[] question) {
    try {
      return speaker == null ? new byte[0] : speaker.answer(question);
    } catch (RuntimeException failed) {
      return new byte[0];
    }
  }

  /** The connection has ended. */
  void ended() {
    ended = true;
    open.values().forEach(each -> each.complete(without(Kind.GONE)));
  }

  /** Nobody can be asked, since rank 0 cannot, which need not be in a part. */
  private List<MemberAnswer> without(Kind leader) {
    List<MemberAnswer> heard = last;
    if (leader == Kind.GONE && heard.size() == worldSize) {
      return heard;
    }
    List<MemberAnswer> all = new ArrayList<>(MemberPolls.nobody(worldSize, Kind.NOT_ASKED));
    if (part == GroupParts.WHOLE) {
      all.set(0, MemberAnswer.none(leader));
    }
    return List.copyOf(all);
  }
}
