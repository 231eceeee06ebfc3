package org.jccl.spi;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator.Issued;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** Issues operations that are waited for by a handle of their own. */
final class HandleIssue {
  private HandleIssue() {}

  /** See {@link org.jccl.Communicator#issue}. */
  static Issued issue(CommunicatorBase communicator, Stream stream, Consumer<Collectives> body) {
    if (GroupRecording.current() != null) {
      throw new IllegalStateException(
          communicator.name() + ", issue: it is no part of a group, whose calls run after its end");
    }
    if (stream.isCapturing()) {
      throw new IllegalStateException(
          communicator.name()
              + ", issue: "
              + stream
              + " is being captured: nothing runs that could be waited for (STR-25)");
    }
    Event event = communicator.device().newEvent();
    boolean isIssued = false;
    try {
      Groups.record(
          communicator.issuer(), group -> body.accept(new OneStream(communicator, group, stream)));
      event.record(stream);
      Issued issued = new Handle(communicator.name(), event, stream.completion());
      isIssued = true;
      return issued;
    } finally {
      if (!isIssued) {
        event.close();
      }
    }
  }

  /** What the caller gets. */
  private record Handle(String who, Event event, CompletableFuture<Void> completion)
      implements Issued {
    @Override
    public String toString() {
      return "what was issued on " + who;
    }
  }

  /** A group's view whose calls are all on one stream. */
  private static final class OneStream extends CollectivesBase {
    private final GroupView view;
    private final Stream stream;

    OneStream(CommunicatorBase communicator, GroupRecording group, Stream stream) {
      this.view = new GroupView(communicator, group);
      this.stream = stream;
    }

    @Override
    public Stream defaultStream() {
      return stream;
    }

    @Override
    protected CommunicatorBase communicator() {
      return view.communicator();
    }

    @Override
    protected void submit(
        Operation operation,
        @Nullable DeviceBuffer send,
        @Nullable DeviceBuffer recv,
        @Nullable ReduceOp op,
        int rootOrPeer,
        Stream on) {
      if (on != stream) {
        throw new IllegalArgumentException(
            communicator().name()
                + ", issue: "
                + operation.label()
                + " is on "
                + on
                + ", and what is waited for is "
                + stream);
      }
      view.submit(operation, send, recv, op, rootOrPeer, on);
    }
  }
}
