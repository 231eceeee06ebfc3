package org.jccl.spi;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jccl.CleanText;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.ops.CallArguments;
import org.jspecify.annotations.Nullable;

/**
 * How far one rank has come in one communicator: what ranks tell each other when one of them has
 * waited for too long.
 *
 * @param rank its rank; -1 while only the library knows
 * @param stage where the communicator is in its life
 * @param calls how many calls it has issued
 * @param collectives how many of them are calls that every rank makes: no messages to one peer; -1
 *     if that is not known
 * @param last the last of them in words, as {@code all_reduce of 4 FLOAT32 (sum)}; empty if there
 *     is none
 * @param inside the function of the library that it is in now; empty if it is in none
 */
record RankProgress(
    int rank, Stage stage, long calls, long collectives, String last, String inside) {
  /** For {@link #collectives}. */
  static final long UNKNOWN = -1;

  /** Where a communicator is in its life, as its rank sees it. */
  enum Stage {
    /** It is being created. */
    OPENING,
    /** It can be used. */
    OPEN,
    /** It was aborted, or has failed. */
    ENDED,
    /** It was closed. */
    CLOSED,
    /** Its program has ended without closing it. */
    GONE;

    private static final Stage[] ALL = values();
  }

  private static final int MOST_TEXT = 200;

  RankProgress {
    last = cut(last);
    inside = cut(inside);
  }

  private static String cut(String text) {
    String clean = CleanText.line(text);
    return clean.length() <= MOST_TEXT ? clean : clean.substring(0, MOST_TEXT);
  }

  /** Whether its rank will issue nothing more, in good order. */
  boolean isOver() {
    return stage == Stage.CLOSED || stage == Stage.GONE;
  }

  /** The last words of a rank whose process has ended. */
  RankProgress asLastWords() {
    return stage == Stage.CLOSED
        ? this
        : new RankProgress(rank, Stage.GONE, calls, collectives, last, inside);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeInt(rank);
    out.writeByte(stage.ordinal());
    out.writeLong(calls);
    out.writeLong(collectives);
    out.writeUTF(last);
    out.writeUTF(inside);
  }

  /**
   * What {@link #write} has written.
   *
   * @throws IOException if it is something else
   */
  static RankProgress read(DataInputStream in) throws IOException {
    int rank = in.readInt();
    int stage = in.readUnsignedByte();
    long calls = in.readLong();
    long collectives = in.readLong();
    String last = in.readUTF();
    String inside = in.readUTF();
    if (stage >= Stage.ALL.length
        || rank < -1
        || calls < 0
        || collectives < UNKNOWN
        || collectives > calls) {
      throw new IOException("no progress of a rank");
    }
    return new RankProgress(rank, Stage.ALL[stage], calls, collectives, last, inside);
  }

  /**
   * A call in words; the object may change while it is read, so that this is a look and no more.
   */
  static String words(@Nullable CallArguments call) {
    if (call == null) {
      return "";
    }
    int type = call.type();
    int reduction = call.reduction();
    StringBuilder text = new StringBuilder(call.operation().label());
    text.append(" of ").append(call.count());
    if (DataType.isCode(type)) {
      text.append(' ').append(DataType.ofCode(type));
    }
    String beside =
        call.operation().hasPeer()
            ? "peer " + call.rootOrPeer()
            : call.operation().hasRoot() ? "root " + call.rootOrPeer() : "";
    if (call.operation().reduces()) {
      String how =
          ReduceOp.Builtin.isCode(reduction)
              ? ReduceOp.Builtin.ofCode(reduction).label()
              : "premulsum";
      beside = beside.isEmpty() ? how : how + ", " + beside;
    }
    return beside.isEmpty() ? text.toString() : text + " (" + beside + ")";
  }
}
