package org.jccl.fidelity.differential;

import org.jccl.DataType;
import org.jccl.conformance.cases.Layout;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;

/**
 * One right call, made by every rank that is in the communicator.
 *
 * @param count NCCL's count argument; of uneven forms the largest block
 * @param root root, or places of a rotation; modulo the communicator's size
 * @param communicator index of the {@link Split}
 * @param layout where the buffers lie
 * @param chained whether the send buffer is what an earlier call of the stream received, if it fits
 * @param onDevice whether the scalar of a scaled sum lies in device memory (rule PMS-03)
 * @param seed of the data and of uneven blocks
 */
public record Call(
    Kind kind,
    DataType type,
    Fold fold,
    int count,
    int root,
    int communicator,
    int stream,
    Layout layout,
    boolean chained,
    boolean onDevice,
    int seed)
    implements Act {
  /** The data of this call in a communicator of {@code size}. */
  public ExactData data(int size) {
    return ExactData.of(type, fold, size, seed);
  }

  /** The root, or the places of a rotation, in a communicator of {@code size}. */
  public int rootIn(int size) {
    return Math.floorMod(root, size);
  }

  /** Elements of block {@code j} of an uneven form. */
  public int block(int j) {
    return Math.floorMod(count - 2 * j + seed % 5, count + 1);
  }

  /** Elements that rank {@code from} sends to rank {@code to} in an uneven all-to-all. */
  public int block(int from, int to) {
    return Math.floorMod(count - 2 * from + 3 * to + seed % 5, count + 1);
  }

  Call with(Kind newKind, DataType newType, Fold newFold, int newCount) {
    return new Call(
        newKind,
        newType,
        newFold,
        newCount,
        root,
        communicator,
        stream,
        layout,
        chained,
        onDevice,
        seed);
  }

  Call onStream(int newStream) {
    return new Call(
        kind, type, fold, count, root, communicator, newStream, layout, chained, onDevice, seed);
  }

  Call outOfPlace() {
    Layout apart = new Layout(0, layout.unusedAbsent(), layout.offset());
    return new Call(
        kind, type, fold, count, root, communicator, stream, apart, chained, onDevice, seed);
  }

  Call unchained() {
    return new Call(
        kind, type, fold, count, root, communicator, stream, layout, false, onDevice, seed);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.method());
    if (kind != Kind.BARRIER) {
      text.append(' ').append(type);
      text.append(fold.reduces() ? " " + fold.label() : "").append(" x").append(count);
    }
    if (kind.operation().hasRoot() || kind == Kind.ROTATION) {
      text.append(kind == Kind.ROTATION ? " by " : " root ").append(root);
    }
    text.append(" on communicator ").append(communicator).append(", stream ").append(stream);
    if (kind.hasInPlaceForm() && layout.inPlaceRanks() != 0) {
      text.append(", in place on ").append(Integer.toBinaryString(layout.inPlaceRanks() & 0xFF));
    }
    text.append(layout.unusedAbsent() ? ", unused null" : "");
    text.append(chained ? ", chained" : "").append(onDevice ? ", scalar on device" : "");
    return text.append(", offset ")
        .append(layout.offset())
        .append(", seed ")
        .append(seed)
        .toString();
  }
}
