package org.jccl.spi;

import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** A communicator's operations as calls that return when their work is done. */
final class BlockingView extends CollectivesBase {
  private final CommunicatorBase communicator;
  private final @Nullable TimeLimit limit;

  /** How many methods of this view are open: the outermost one waits. */
  private int depth;

  /** {@code limit} is for call and work of one method; null: the communicator's own. */
  BlockingView(CommunicatorBase communicator, @Nullable TimeLimit limit) {
    this.communicator = communicator;
    this.limit = limit;
  }

  @Override
  protected CommunicatorBase communicator() {
    return communicator;
  }

  @Override
  protected void submit(
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    beginsMethod(stream);
    try {
      communicator.submit(operation, send, recv, op, rootOrPeer, stream);
    } finally {
      leavesMethod();
    }
    endsMethod(stream);
  }

  @Override
  void beginsMethod(Stream stream) {
    if (depth == 0) {
      requireAlone(stream);
      communicator.limitCalls(limit);
    }
    depth++;
  }

  private void requireAlone(Stream stream) {
    GroupRecording group = GroupRecording.current();
    if (group != null) {
      IllegalStateException refusal =
          new IllegalStateException(
              communicator.name()
                  + ": a blocking call cannot be a part of a group, whose calls run after its end");
      group.poison(refusal);
      throw refusal;
    }
    if (stream.isCapturing()) {
      throw new IllegalStateException(
          communicator.name()
              + ": a blocking call cannot be captured: "
              + stream
              + " runs nothing now (STR-26)");
    }
  }

  @Override
  void leavesMethod() {
    depth--;
    if (depth == 0) {
      communicator.limitCalls(null);
    }
  }

  @Override
  void endsMethod(Stream stream) {
    if (depth == 0) {
      communicator.awaitWork(stream, limit);
    }
  }
}
