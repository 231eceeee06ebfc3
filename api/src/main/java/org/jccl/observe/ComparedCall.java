package org.jccl.observe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CleanText;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jccl.ReduceOp;
import org.jspecify.annotations.Nullable;

/**
 * A collective as one rank tells it to the others.
 *
 * @param number its number in its communicator
 * @param operation the operation
 * @param type code of the element type, or -1
 * @param count NCCL's count argument
 * @param reduction code of a built-in reduction; {@link #CUSTOM}; or -1
 * @param root the root, or -1
 * @param site the line of the program, or null
 */
record ComparedCall(
    long number,
    String operation,
    int type,
    long count,
    int reduction,
    int root,
    @Nullable String site) {
  /** Handles of custom reductions are each rank's own, so what they do cannot be compared. */
  private static final int CUSTOM = -2;

  private static final int MOST_TEXT = 512;

  static ComparedCall of(IssuedCall call, @Nullable String site) {
    DataType type = call.type();
    int reduction = call.reduction();
    boolean isKnown = reduction < 0 || ReduceOp.Builtin.isCode(reduction);
    return new ComparedCall(
        call.number(),
        call.operation(),
        type == null ? -1 : type.code(),
        call.count(),
        isKnown ? reduction : CUSTOM,
        call.rootOrPeer(),
        site);
  }

  /** What must be equal on all ranks. */
  ComparedCall agreeing() {
    return new ComparedCall(number, operation, type, count, reduction, root, null);
  }

  /** What two calls differ in first, in one word. */
  String differsIn(ComparedCall other) {
    if (!operation.equals(other.operation)) {
      return "operation";
    }
    if (count != other.count) {
      return "count";
    }
    if (type != other.type) {
      return "type";
    }
    return reduction != other.reduction ? "reduction" : "root";
  }

  static byte[] write(List<ComparedCall> calls) {
    List<byte[]> texts = new ArrayList<>();
    int bytes = 0;
    for (ComparedCall call : calls) {
      byte[] text = call.text().getBytes(StandardCharsets.UTF_8);
      texts.add(text);
      bytes += 2 * Long.BYTES + 4 * Integer.BYTES + text.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    for (int i = 0; i < calls.size(); i++) {
      ComparedCall call = calls.get(i);
      out.putLong(call.number).putLong(call.count);
      out.putInt(call.type).putInt(call.reduction).putInt(call.root);
      out.putInt(texts.get(i).length).put(texts.get(i));
    }
    return out.array();
  }

  private String text() {
    String all = operation + '\n' + (site == null ? "" : site);
    return all.length() <= MOST_TEXT ? all : all.substring(0, MOST_TEXT);
  }

  /** What another rank has written, up to what is none. */
  static List<ComparedCall> read(ByteBuffer in) {
    List<ComparedCall> calls = new ArrayList<>();
    while (in.remaining() >= 2 * Long.BYTES + 4 * Integer.BYTES) {
      long number = in.getLong();
      long count = in.getLong();
      int type = in.getInt();
      int reduction = in.getInt();
      int root = in.getInt();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        break;
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      int end = text.indexOf('\n');
      String site = end < 0 ? "" : CleanText.line(text.substring(end + 1));
      String operation = CleanText.line(end < 0 ? text : text.substring(0, end));
      calls.add(
          new ComparedCall(
              number, operation, type, count, reduction, root, site.isEmpty() ? null : site));
    }
    return calls;
  }

  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(operation);
    words.append(" #").append(number).append(" (count ").append(count);
    if (DataType.isCode(type)) {
      words.append(", ").append(DataType.ofCode(type));
    }
    if (reduction != -1) {
      boolean isKnown = ReduceOp.Builtin.isCode(reduction);
      words.append(", ");
      words.append(isKnown ? ReduceOp.Builtin.ofCode(reduction).label() : "premulsum");
    }
    if (root >= 0) {
      words.append(", root ").append(root);
    }
    return words.append(')').toString();
  }
}
