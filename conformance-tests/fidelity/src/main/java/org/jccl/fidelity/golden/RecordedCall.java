package org.jccl.fidelity.golden;

import org.jccl.DataType;

/**
 * One call of all ranks, and what its inputs are.
 *
 * @param collective which one
 * @param type of the elements
 * @param op how they are combined; {@link RecordedOp#COPY} if they are only moved
 * @param count NCCL's count argument
 * @param kind of the inputs
 * @param seed of the inputs
 * @param root 0 if there is none
 * @param offset in elements, of both buffers from the start of their memory
 */
public record RecordedCall(
    Collective collective,
    DataType type,
    RecordedOp op,
    long count,
    InputKind kind,
    long seed,
    int root,
    int offset) {

  /** Bytes that one receiver gets. */
  long outputBytes(int worldSize) {
    return collective.outputs(count, worldSize) * type.bytes();
  }

  /** In words: {@code allreduce f32 sum 1000 wide}. */
  @Override
  public String toString() {
    return collective.label()
        + " "
        + ElementFormat.of(type).label()
        + " "
        + op.label()
        + " of "
        + count
        + " "
        + kind.label()
        + (collective.operation().hasRoot() ? " to root " + root : "")
        + (offset == 0 ? "" : " at offset " + offset);
  }
}
