package org.jccl.observe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jccl.CallListener;
import org.jccl.IssuedCall;
import org.jccl.Work;

/**
 * Compares the results of all-reduce, all-gather and broadcast across ranks: they must be equal,
 * bit by bit, on all of them. Each result is hashed behind its call, on the call's own stream; the
 * ranks exchange what they have through the process group every few collectives and when the
 * communicator is closed, without waiting for the device. Where they differ, the next call throws a
 * {@link ResultsDifferException} on every rank, which names the ranks against the others, by vote.
 *
 * <p>On a GPU each result is copied to the host and hashed there. Not compared: calls that are
 * captured, those of nonblocking communicators, and those of communicators without a process group
 * (see {@link CrossRankCheck}).
 */
public final class ResultHash implements CallListener.Factory {
  private static final int USUAL = 32;
  private static final Set<String> EQUAL_RESULTS = Set.of("all_reduce", "all_gather", "broadcast");

  private final int every;

  /** Ranks compare their results every 32 collectives. */
  public ResultHash() {
    this(USUAL);
  }

  private ResultHash(int every) {
    this.every = every;
  }

  /**
   * {@return a check whose ranks compare their results every so many collectives} It must be the
   * same number on all ranks.
   *
   * @param collectives 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public static ResultHash every(int collectives) {
    return new ResultHash(RankComparison.checked(collectives));
  }

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    return new Hashes(where, every);
  }

  static long hash(MemorySegment memory) {
    long hash = 0x9E37_79B9_7F4A_7C15L ^ memory.byteSize();
    long at = 0;
    for (; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
      hash = mixed(hash ^ memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at));
    }
    for (; at < memory.byteSize(); at++) {
      hash = mixed(hash ^ memory.get(ValueLayout.JAVA_BYTE, at));
    }
    return hash;
  }

  private static long mixed(long bits) {
    long product = bits * 0xD6E8_FEB8_6659_FD93L;
    return product ^ product >>> 32;
  }

  /** One result on its way: its hash is there once its stream has come to it. */
  private static final class Result {
    final long number;
    final String words;
    long hash;
    volatile boolean isDone;

    Result(long number, String words) {
      this.number = number;
      this.words = words;
    }
  }

  /** The results of one rank's end. */
  private static final class Hashes extends RankComparison {
    /** Not compared yet, oldest first. */
    private final ArrayDeque<Result> results = new ArrayDeque<>();

    Hashes(Endpoint where, int every) {
      super(where, every, "result hash");
    }

    /** So that closing waits for the last hashes. */
    @Override
    public boolean hearsCompletion() {
      return true;
    }

    /** A call has no result yet. */
    @Override
    void note(IssuedCall call) {}

    @Override
    public void after(IssuedCall call) {
      if (!isPossible()
          || !EQUAL_RESULTS.contains(call.operation())
          || !call.takesWork()
          || call.isCaptured()) {
        return;
      }
      BufferShape received = BufferShape.received(call, where().rank(), where().worldSize());
      if (received == null || received.bytes() == 0) {
        return;
      }
      String words =
          call.method()
              + " of "
              + call.count()
              + " "
              + call.type()
              + CallSites.place(lines().of(call));
      Result result = new Result(call.number(), words);
      results.add(result);
      call.enqueue(
          Work.named("hash of the result of " + call.method()).reads(received),
          memory -> {
            result.hash = hash(memory.of(received));
            result.isDone = true;
          });
    }

    /** Numbers and hashes of what is there, oldest first, up to the first that is not. */
    @Override
    byte[] said() {
      ByteBuffer said = ByteBuffer.allocate(2 * Long.BYTES * results.size());
      for (Iterator<Result> each = results.iterator(); each.hasNext(); ) {
        Result result = each.next();
        if (!result.isDone) {
          break;
        }
        said.putLong(result.number).putLong(result.hash);
      }
      byte[] bytes = new byte[said.position()];
      said.flip().get(bytes);
      return bytes;
    }

    @Override
    boolean hasMore() {
      return !results.isEmpty();
    }

    @Override
    void compare(List<ByteBuffer> all) {
      long end = Long.MAX_VALUE;
      TreeMap<Long, Votes> votes = new TreeMap<>();
      for (int rank = 0; rank < all.size(); rank++) {
        long last = -1;
        while (all.get(rank).remaining() >= 2 * Long.BYTES) {
          last = all.get(rank).getLong();
          long hash = all.get(rank).getLong();
          votes.computeIfAbsent(last, unknown -> new Votes()).add(rank, hash);
        }
        end = Math.min(end, last);
      }
      for (long number : votes.headMap(end, true).keySet()) {
        Votes said = votes.get(number);
        if (said != null && !said.areOne()) {
          end();
          throw differ(number, said);
        }
      }
      while (!results.isEmpty() && results.peekFirst().number <= end) {
        results.removeFirst();
      }
    }

    private ResultsDifferException differ(long number, Votes said) {
      String words = "a collective";
      for (Result each : results) {
        words = each.number == number ? each.words : words;
      }
      boolean isDecided = said.against().size() < where().worldSize();
      return new ResultsDifferException(
          where().communicator()
              + ": the ranks hold different results of collective #"
              + number
              + ", "
              + words
              + (isDecided
                  ? "; against the others: " + Votes.ranks(said.against())
                  : "; the ranks are divided evenly")
              + ". The call itself was the same everywhere, or the result was changed before it was"
              + " hashed: look for a write that nothing orders, for ranks that call different"
              + " things, or for broken memory or links",
          number,
          said.against());
    }
  }
}
