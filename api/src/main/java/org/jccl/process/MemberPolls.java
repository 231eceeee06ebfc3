package org.jccl.process;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Questions to all members of a TCP group, on rank 0, where they are passed on and the answers are
 * gathered. Members that ask the same at the same time share one poll, so that a large job whose
 * ranks all wait for one of them asks each rank once and not each for each.
 */
final class MemberPolls {
  /** Passes a question on to a member. */
  interface Carrier {
    /** {@return false if it is no member any more} Never waits. */
    boolean ask(int rank, long number, byte[] question);

    /** {@return what a member has said before it went} */
    default byte[] lastWords(int rank) {
      return new byte[0];
    }
  }

  /** Longest time in which answers are awaited. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Most questions at a time: more would be a mistake, and they come from outside. */
  private static final int MOST_POLLS = 64;

  private static final int MOST_QUESTION = 4096;

  /** One question on its way. */
  private static final class Poll {
    final byte[] question;

    /** Who is asked, by rank in the part that asks; -1 who has not come to it. */
    final int[] members;

    final @Nullable MemberAnswer[] answers;
    final CompletableFuture<List<MemberAnswer>> result = new CompletableFuture<>();
    int open;

    Poll(byte[] question, int[] members) {
      this.question = question;
      this.members = members;
      this.answers = new MemberAnswer[members.length];
      this.open = members.length;
    }

    boolean isOf(byte[] other, int[] others) {
      return Arrays.equals(question, other) && Arrays.equals(members, others);
    }

    /** Whether this was the last one that was awaited. */
    boolean answered(int member, MemberAnswer answer) {
      boolean isNew = false;
      for (int rank = 0; rank < members.length; rank++) {
        if (members[rank] == member && answers[rank] == null) {
          answers[rank] = answer;
          open--;
          isNew = true;
        }
      }
      return isNew && open == 0;
    }

    List<MemberAnswer> all(Kind missing) {
      List<MemberAnswer> all = new ArrayList<>(answers.length);
      for (MemberAnswer each : answers) {
        all.add(each == null ? MemberAnswer.none(missing) : each);
      }
      return all;
    }
  }

  private final Carrier carrier;

  /** By their numbers. */
  private final Map<Long, Poll> polls = new HashMap<>();

  private long last;
  private boolean closed;

  MemberPolls(Carrier carrier) {
    this.carrier = carrier;
  }

  /**
   * Asks {@code members}, each of which is a rank of the whole group, or -1 where nobody is known;
   * who asks what is being asked shares its answers.
   */
  CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within, int... members) {
    Poll poll;
    long number;
    synchronized (polls) {
      for (Poll each : polls.values()) {
        if (each.isOf(question, members)) {
          return each.result;
        }
      }
      if (closed || polls.size() >= MOST_POLLS || question.length > MOST_QUESTION) {
        return CompletableFuture.completedFuture(nobody(members.length, Kind.NOT_ASKED));
      }
      poll = new Poll(question, members);
      number = ++last;
      polls.put(number, poll);
    }
    long millis = Math.clamp(within.toMillis(), 1, LONGEST.toMillis());
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run)
        .execute(() -> finish(number, Kind.SILENT));
    for (int member : members) {
      if (member < 0) {
        answered(member, number, MemberAnswer.none(Kind.NOT_ASKED));
      } else if (!carrier.ask(member, number, question)) {
        answered(member, number, lastWords(member));
      }
    }
    return poll.result;
  }

  /** A member has answered. */
  void answered(int rank, long number, byte[] bytes) {
    answered(
        rank,
        number,
        bytes.length > MemberAnswer.MOST
            ? MemberAnswer.none(Kind.NOT_ASKED)
            : MemberAnswer.of(bytes));
  }

  private void answered(int rank, long number, MemberAnswer answer) {
    boolean isComplete;
    synchronized (polls) {
      Poll poll = polls.get(number);
      isComplete = poll != null && poll.answered(rank, answer);
    }
    if (isComplete) {
      finish(number, Kind.SILENT);
    }
  }

  /** A member will answer nothing any more. */
  void gone(int rank) {
    List<Long> numbers;
    synchronized (polls) {
      numbers = List.copyOf(polls.keySet());
    }
    for (long number : numbers) {
      answered(rank, number, lastWords(rank));
    }
  }

  private MemberAnswer lastWords(int rank) {
    return new MemberAnswer(Kind.GONE, carrier.lastWords(rank));
  }

  /** The group has ended. */
  void close() {
    List<Long> numbers;
    synchronized (polls) {
      closed = true;
      numbers = List.copyOf(polls.keySet());
    }
    numbers.forEach(number -> finish(number, Kind.NOT_ASKED));
  }

  private void finish(long number, Kind missing) {
    Poll poll;
    List<MemberAnswer> all;
    synchronized (polls) {
      poll = polls.remove(number);
      if (poll == null) {
        return;
      }
      all = poll.all(missing);
    }
    poll.result.complete(all);
  }

  static List<MemberAnswer> nobody(int worldSize, Kind why) {
    return Collections.nCopies(worldSize, MemberAnswer.none(why));
  }

  // ---- on the wire

  /** All answers, as far as they have room in one message; those beyond count as not asked. */
  static byte[] write(List<MemberAnswer> answers) {
    return write(answers, ProcessGroupBase.MAX_PAYLOAD / 2);
  }

  static byte[] write(List<MemberAnswer> answers, int most) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (MemberAnswer each : answers) {
        byte[] said = each.bytes();
        boolean fits = bytes.size() + said.length < most;
        out.writeByte(fits ? each.kind().ordinal() : Kind.NOT_ASKED.ordinal());
        out.writeShort(fits ? said.length : 0);
        out.write(said, 0, fits ? said.length : 0);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** What {@link #write} has written; what is missing or wrong counts as not asked. */
  static List<MemberAnswer> read(byte[] payload, int worldSize) {
    ByteBuffer in = ByteBuffer.wrap(payload);
    List<MemberAnswer> answers = new ArrayList<>();
    Kind[] kinds = Kind.values();
    try {
      while (answers.size() < worldSize) {
        int kind = in.get() & 0xFF;
        byte[] said = new byte[in.getShort() & 0xFFFF];
        in.get(said);
        answers.add(new MemberAnswer(kind < kinds.length ? kinds[kind] : Kind.NOT_ASKED, said));
      }
    } catch (BufferUnderflowException end) {
      answers.addAll(nobody(worldSize - answers.size(), Kind.NOT_ASKED));
    }
    return List.copyOf(answers);
  }
}
