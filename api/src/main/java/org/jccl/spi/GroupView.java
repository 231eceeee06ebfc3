package org.jccl.spi;

import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A communicator's operations inside one group: refuses to work once the outermost body has
 * returned, also inside a later group.
 */
final class GroupView extends CollectivesBase {
  private final CommunicatorBase communicator;
  private final GroupRecording group;
  private final long serial;

  /** The operations of {@code communicator} in the group that {@code group} records now. */
  GroupView(CommunicatorBase communicator, GroupRecording group) {
    this.communicator = communicator;
    this.group = group;
    this.serial = group.serial();
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
    GroupRecording open = GroupRecording.current();
    if (open == group && open.serial() == serial) {
      return communicator;
    }
    IllegalStateException refusal =
        new IllegalStateException(
            communicator.name()
                + ", rank "
                + communicator.rank()
                + ": the group's body has returned on this thread; call the communicator itself");
    if (open != null) {
      open.poison(refusal);
    }
    throw refusal;
  }
}
