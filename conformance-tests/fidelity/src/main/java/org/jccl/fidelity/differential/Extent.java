package org.jccl.fidelity.differential;

import org.jccl.ops.Operation;

/**
 * How much one rank of a communicator sends and receives in a call.
 *
 * @param ownBlock elements before the own rank's block in the larger buffer
 */
record Extent(
    int sendElements, int receiveElements, boolean sends, boolean receives, int ownBlock) {
  static Extent of(Call call, int size, int me) {
    int root = call.rootIn(size);
    Kind kind = call.kind();
    Operation operation = kind.operation();
    boolean sends = operation.sendsAt(me, root);
    boolean receives = kind == Kind.ROTATION || operation.receivesAt(me, root);
    if (!kind.isUneven()) {
      int sent = (int) operation.sendElements(call.count(), size);
      int received =
          kind == Kind.ROTATION
              ? call.count()
              : (int) operation.receiveElements(call.count(), size);
      return new Extent(sent, received, sends, receives, me * call.count());
    }
    if (kind == Kind.ALL_TO_ALL_V) {
      int sent = 0;
      int received = 0;
      for (int j = 0; j < size; j++) {
        sent += call.block(me, j);
        received += call.block(j, me);
      }
      return new Extent(sent, received, sends, receives, 0);
    }
    int all = 0;
    int before = 0;
    for (int j = 0; j < size; j++) {
      before += j < me ? call.block(j) : 0;
      all += call.block(j);
    }
    int own = call.block(me);
    boolean collects = operation.receiveExtent() == Operation.Extent.COUNT_TIMES_WORLD;
    return new Extent(collects ? own : all, collects ? all : own, sends, receives, before);
  }
}
