package org.jccl.fidelity.floats;

import java.util.Locale;
import org.jccl.DataType;
import org.jccl.fidelity.golden.InputKind;
import org.jccl.ops.Operation;

/**
 * One reduction by all ranks of a communicator.
 *
 * @param operation all-reduce, reduce-scatter or reduce
 * @param type of the elements
 * @param reduction how they are combined
 * @param count NCCL's count argument, at least 1
 * @param kind of the inputs
 * @param seed of the inputs and scalars
 * @param root of a reduce; taken modulo the number of ranks
 * @param inPlace whether every rank receives where it sends from
 * @param sendOffset elements by which the send buffer is off its alignment
 * @param recvOffset the same of the receive buffer; of no meaning in place
 */
public record FloatCall(
    Operation operation,
    DataType type,
    Reduction reduction,
    long count,
    InputKind kind,
    long seed,
    int root,
    boolean inPlace,
    int sendOffset,
    int recvOffset) {

  FloatCall withType(DataType other) {
    return new FloatCall(
        operation, other, reduction, count, kind, seed, root, inPlace, sendOffset, recvOffset);
  }

  FloatCall withReduction(Reduction other) {
    return new FloatCall(
        operation, type, other, count, kind, seed, root, inPlace, sendOffset, recvOffset);
  }

  FloatCall withCount(long other) {
    return new FloatCall(
        operation, type, reduction, other, kind, seed, root, inPlace, sendOffset, recvOffset);
  }

  FloatCall withKind(InputKind other) {
    return new FloatCall(
        operation, type, reduction, count, other, seed, root, inPlace, sendOffset, recvOffset);
  }

  FloatCall withRoot(int other) {
    return new FloatCall(
        operation, type, reduction, count, kind, seed, other, inPlace, sendOffset, recvOffset);
  }

  /** The same with aligned buffers of their own. */
  FloatCall plain() {
    return new FloatCall(operation, type, reduction, count, kind, seed, root, false, 0, 0);
  }

  FloatCall withOperation(Operation other) {
    return new FloatCall(
        other, type, reduction, count, kind, seed, root, inPlace, sendOffset, recvOffset);
  }

  long sendElements(int size) {
    return operation.sendElements(count, size);
  }

  long recvElements(int size) {
    return operation.receiveElements(count, size);
  }

  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(operation.label());
    words.append(" of ").append(count).append(' ').append(type);
    words.append(", ").append(reduction.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    words.append(", inputs ").append(kind.label()).append(" from ").append(seed);
    if (operation.hasRoot()) {
      words.append(", root ").append(root);
    }
    if (inPlace) {
      words.append(", in place");
    }
    if (sendOffset != 0 || (recvOffset != 0 && !inPlace)) {
      words.append(", at offset ").append(sendOffset);
      words.append(inPlace ? "" : " to " + recvOffset);
    }
    return words.toString();
  }
}
