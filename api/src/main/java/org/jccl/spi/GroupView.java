package org.jccl.spi;

import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** A communicator's operations inside a group: refuses to work after the group's body. */
final class GroupView extends CollectivesBase {
  private final CommunicatorBase communicator;

  GroupView(CommunicatorBase communicator) {
    this.communicator = communicator;
  }

  @Override
  protected void submit(
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    communicator().submit(operation, send, recv, op, rootOrPeer, stream);
  }

  /** Asked first by every form, also by those that open a group of their own. */
  @Override
  protected CommunicatorBase communicator() {
    if (GroupRecording.current() == null) {
      throw new IllegalStateException(
          communicator.name()
              + ", rank "
              + communicator.rank()
              + ": the group's body has returned on this thread; call the communicator itself");
    }
    return communicator;
  }
}
