package org.jccl.conformance.cases;

/**
 * How much one rank of a communicator sends and receives in a call.
 *
 * @param ownBlock elements before the own rank's block in the larger buffer
 */
record Share(
    long sendElements, long receiveElements, boolean sends, boolean receives, long ownBlock) {
  static Share of(CallSpec call, int size, int me) {
    CallForm form = call.form();
    int root = call.rootIn(size);
    boolean sends = form.sendsAt(me, root);
    boolean receives = form.receivesAt(me, root);
    if (!form.isUneven()) {
      long sent = form.sendElements(call.count(), size);
      long received = form.receiveElements(call.count(), size);
      return new Share(sent, received, sends, receives, me * call.count());
    }
    if (form.sendsBlocks() && form.receivesBlocks()) {
      long sent = 0;
      long received = 0;
      for (int j = 0; j < size; j++) {
        sent += call.block(me, j);
        received += call.block(j, me);
      }
      return new Share(sent, received, sends, receives, 0);
    }
    long all = 0;
    long before = 0;
    for (int j = 0; j < size; j++) {
      before += j < me ? call.block(j) : 0;
      all += call.block(j);
    }
    long own = call.block(me);
    boolean collects = form.receivesBlocks();
    return new Share(collects ? own : all, collects ? all : own, sends, receives, before);
  }
}
