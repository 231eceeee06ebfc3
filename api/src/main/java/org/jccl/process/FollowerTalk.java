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
import java.util.function.UnaryOperator;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
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
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, CompletableFuture<List<MemberAnswer>>> open = new ConcurrentHashMap<>();
  private volatile @Nullable UnaryOperator<byte[]> answer;
  private volatile boolean ended;

  FollowerTalk(TcpLink link, long part, int worldSize) {
    this.link = link;
    this.part = part;
    this.worldSize = worldSize;
  }

  void answer(UnaryOperator<byte[]> makes) {
    answer = makes;
  }

  CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    CompletableFuture<List<MemberAnswer>> asked = new CompletableFuture<>();
    long number = last.incrementAndGet();
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
      link.talk(Frame.Kind.ANSWER, part, number, made(answer, frame.payload()));
      return;
    }
    CompletableFuture<List<MemberAnswer>> asked = open.get(number);
    if (asked != null) {
      asked.complete(MemberPolls.read(frame.payload(), worldSize));
    }
  }

  /** The answer to a question; an empty one where there is none to give. */
  static byte[] made(@Nullable UnaryOperator<byte[]> answer, byte[] question) {
    try {
      return answer == null ? new byte[0] : answer.apply(question);
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
    List<MemberAnswer> all = new ArrayList<>(MemberPolls.nobody(worldSize, Kind.NOT_ASKED));
    if (part == GroupParts.WHOLE) {
      all.set(0, MemberAnswer.none(leader));
    }
    return List.copyOf(all);
  }
}
