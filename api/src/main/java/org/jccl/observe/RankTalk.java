package org.jccl.observe;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jccl.CallListener;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * What one rank's end of a check tells the others through the process group, in turns that come at
 * the same calls on every rank. A turn begins with what check it is of, and at which call: programs
 * that are wrong may bring different ones together.
 */
final class RankTalk {
  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final Duration AT_CLOSE = Duration.ofSeconds(5);
  private static final int HEAD = 2 * Long.BYTES;

  /** How many communicators were opened over a group, by check. */
  private static final Map<ProcessGroup, Map<String, Integer>> OPENED = new WeakHashMap<>();

  private final CallListener.Endpoint where;
  private final String check;
  private long tag;
  private @Nullable ProcessGroup group;
  private boolean isOver;

  RankTalk(CallListener.Endpoint where, String check) {
    this.where = where;
    this.check = check;
  }

  /** All ranks open their communicators over one group in the same order. */
  void attached(ProcessGroup opened) {
    group = opened;
    synchronized (OPENED) {
      int turn =
          OPENED.computeIfAbsent(opened, unknown -> new HashMap<>()).merge(check, 1, Integer::sum);
      tag = (long) check.hashCode() << Integer.SIZE | turn;
    }
  }

  /** Whether there is anybody to talk to. */
  boolean isPossible() {
    return group != null && !isOver && where.worldSize() > 1;
  }

  /** Nothing is compared any more. */
  void end() {
    isOver = true;
  }

  /**
   * What all ranks say, in rank order, each behind its head.
   *
   * @param number of the call before which they talk
   * @throws CollectiveException if a rank does not come, or comes for something else
   */
  List<ByteBuffer> talk(long number, String call, byte[] own) {
    ProcessGroup opened = group;
    if (opened == null) {
      return List.of();
    }
    byte[] message =
        ByteBuffer.allocate(HEAD + own.length).putLong(tag).putLong(number).put(own).array();
    List<byte[]> all;
    try {
      all = opened.allGather(message);
    } catch (CollectiveTimeoutException late) {
      isOver = true;
      throw new CollectiveTimeoutException(head(number, call) + late.getMessage(), late);
    } catch (CollectiveException | IllegalStateException failed) {
      isOver = true;
      CollectiveException told =
          failed instanceof CollectiveException known
              ? new CollectiveException(
                  known.code(), head(number, call) + failed.getMessage(), failed)
              : new CollectiveException(
                  ResultCode.INVALID_USAGE, head(number, call) + failed.getMessage(), failed);
      throw told;
    }
    return opened(all, number, call);
  }

  private List<ByteBuffer> opened(List<byte[]> all, long number, String call) {
    List<ByteBuffer> said = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int rank = 0; rank < all.size(); rank++) {
      ByteBuffer each = ByteBuffer.wrap(all.get(rank));
      boolean isSame = each.remaining() >= HEAD && each.getLong() == tag;
      long its = isSame ? each.getLong() : -1;
      if (its != number) {
        others.add(
            "rank "
                + rank
                + (isSame ? " is before #" + its : " is in another communicator's check"));
      }
      said.add(each);
    }
    if (!others.isEmpty()) {
      isOver = true;
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          head(number, call)
              + "the ranks do not come at the same call: "
              + String.join(", ", others)
              + ". Every rank must use its communicators in the same order while they are compared,"
              + " with the same settings of the check");
    }
    return said;
  }

  private String head(long number, String call) {
    return where + ", " + check + " before #" + number + " " + call + ": ";
  }

  /** The last turn: waits a few seconds at most, and says nothing if the others do not come. */
  List<ByteBuffer> last(long number, byte[] own) {
    ProcessGroup opened = group;
    if (opened == null || isOver) {
      return List.of();
    }
    try {
      opened.barrier(AT_CLOSE);
      return talk(number, "(the end)", own);
    } catch (CollectiveException | IllegalStateException failed) {
      LOG.log(
          Level.WARNING,
          "{0}, {1}: the last calls could not be compared: {2}",
          where,
          check,
          failed.getMessage());
      return List.of();
    } finally {
      isOver = true;
    }
  }
}
