package org.jccl.spi;

import org.jccl.CallConfig;
import org.jccl.Collectives;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Composite;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Turns every method of {@link Collectives} into one {@link #submit} of a row of the operation
 * table, or into a group of such.
 */
public abstract class CollectivesBase implements Collectives {
  /** For subclasses. */
  protected CollectivesBase() {}

  /**
   * Checks one call and enqueues or records it.
   *
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param op how elements are combined
   * @param rootOrPeer rank of the root or the peer; 0 if there is none
   * @param stream the stream on which the work is enqueued
   */
  protected abstract void submit(
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream);

  /** {@return the communicator whose operations these are} */
  protected abstract CommunicatorBase communicator();

  /**
   * Makes the calls of {@code body}, which are {@code method}, as one group, or as a part of the
   * group that is open.
   */
  private void grouped(Composite method, Stream stream, Runnable body) {
    CommunicatorBase comm = communicator();
    beginsMethod(stream);
    comm.carryOut(method);
    try {
      Groups.record(comm.issuer(), group -> body.run());
    } finally {
      comm.carryOut(null);
      leavesMethod();
    }
    endsMethod(stream);
  }

  /** A method that makes several calls begins; for views that do something around it. */
  void beginsMethod(Stream stream) {}

  /** Its calls were made, or it has failed. */
  void leavesMethod() {}

  /** Its calls were made, all of them. */
  void endsMethod(Stream stream) {}

  @Override
  public final Collectives configured(CallConfig config) {
    CommunicatorBase comm = communicator();
    return new Configured(this, comm.settingOf(config));
  }

  @Override
  public Stream defaultStream() {
    return communicator().defaultStream();
  }

  @Override
  public final void allReduce(DeviceBuffer send, DeviceBuffer recv, ReduceOp op, Stream stream) {
    submit(Operation.ALL_REDUCE, send, recv, op, 0, stream);
  }

  @Override
  public final void broadcast(
      @Nullable DeviceBuffer send, DeviceBuffer recv, int root, Stream stream) {
    submit(Operation.BROADCAST, send, recv, null, root, stream);
  }

  @Override
  public final void reduce(
      DeviceBuffer send, @Nullable DeviceBuffer recv, ReduceOp op, int root, Stream stream) {
    submit(Operation.REDUCE, send, recv, op, root, stream);
  }

  @Override
  public final void allGather(DeviceBuffer send, DeviceBuffer recv, Stream stream) {
    submit(Operation.ALL_GATHER, send, recv, null, 0, stream);
  }

  @Override
  public final void reduceScatter(
      DeviceBuffer send, DeviceBuffer recv, ReduceOp op, Stream stream) {
    submit(Operation.REDUCE_SCATTER, send, recv, op, 0, stream);
  }

  @Override
  public final void allToAll(DeviceBuffer send, DeviceBuffer recv, Stream stream) {
    submit(Operation.ALL_TO_ALL, send, recv, null, 0, stream);
  }

  @Override
  public final void gather(
      DeviceBuffer send, @Nullable DeviceBuffer recv, int root, Stream stream) {
    submit(Operation.GATHER, send, recv, null, root, stream);
  }

  @Override
  public final void scatter(
      @Nullable DeviceBuffer send, DeviceBuffer recv, int root, Stream stream) {
    submit(Operation.SCATTER, send, recv, null, root, stream);
  }

  @Override
  public final void send(DeviceBuffer buffer, int peer, Stream stream) {
    submit(Operation.SEND, buffer, null, null, peer, stream);
  }

  @Override
  public final void recv(DeviceBuffer buffer, int peer, Stream stream) {
    submit(Operation.RECV, null, buffer, null, peer, stream);
  }

  @Override
  public final void sendRecv(
      DeviceBuffer send, int destination, DeviceBuffer recv, int source, Stream stream) {
    // Not by grouped: it is called often, and a body would be an object.
    CommunicatorBase comm = communicator();
    beginsMethod(stream);
    try {
      exchange(comm, send, destination, recv, source, stream);
    } finally {
      leavesMethod();
    }
    endsMethod(stream);
  }

  private void exchange(
      CommunicatorBase comm,
      DeviceBuffer send,
      int destination,
      DeviceBuffer recv,
      int source,
      Stream stream) {
    GroupRecording group = GroupRecording.enter(comm.issuer());
    comm.carryOut(Composite.SEND_RECV);
    try {
      submit(Operation.SEND, send, null, null, destination, stream);
      submit(Operation.RECV, null, recv, null, source, stream);
      group.complete();
    } finally {
      comm.carryOut(null);
      group.leave();
    }
  }

  @Override
  public final void barrier(Stream stream) {
    CommunicatorBase comm = communicator();
    DeviceBuffer token = comm.barrierToken();
    comm.carryOut(Composite.BARRIER);
    try {
      submit(Operation.ALL_REDUCE, token, token, ReduceOp.SUM, 0, stream);
    } finally {
      comm.carryOut(null);
    }
  }

  @Override
  public final void allGatherV(DeviceBuffer send, DeviceBuffer recv, long[] counts, Stream stream) {
    allGatherV(send, recv, counts, Blocks.contiguous(counts), stream);
  }

  @Override
  public final void allGatherV(
      DeviceBuffer send, DeviceBuffer recv, long[] counts, long[] displacements, Stream stream) {
    Blocks blocks = new Blocks(communicator(), "all_gather_v", "recv", recv, counts, displacements);
    blocks.requireOwn("send", send);
    grouped(
        Composite.ALL_GATHER_V,
        stream,
        () -> {
          for (int root = 0; root < counts.length; root++) {
            if (counts[root] > 0) {
              DeviceBuffer own = root == communicator().rank() ? send : null;
              submit(Operation.BROADCAST, own, blocks.of(root), null, root, stream);
            }
          }
        });
  }

  @Override
  public final void reduceScatterV(
      DeviceBuffer send, DeviceBuffer recv, long[] counts, ReduceOp op, Stream stream) {
    reduceScatterV(send, recv, counts, Blocks.contiguous(counts), op, stream);
  }

  @Override
  public final void reduceScatterV(
      DeviceBuffer send,
      DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      ReduceOp op,
      Stream stream) {
    Blocks blocks =
        new Blocks(communicator(), "reduce_scatter_v", "send", send, counts, displacements);
    blocks.requireOwn("recv", recv);
    grouped(
        Composite.REDUCE_SCATTER_V,
        stream,
        () -> {
          for (int root = 0; root < counts.length; root++) {
            if (counts[root] > 0) {
              DeviceBuffer own = root == communicator().rank() ? recv : null;
              submit(Operation.REDUCE, blocks.of(root), own, op, root, stream);
            }
          }
        });
  }

  @Override
  public final void allToAllV(
      DeviceBuffer send, long[] sendCounts, DeviceBuffer recv, long[] recvCounts, Stream stream) {
    allToAllV(
        send,
        sendCounts,
        Blocks.contiguous(sendCounts),
        recv,
        recvCounts,
        Blocks.contiguous(recvCounts),
        stream);
  }

  @Override
  public final void allToAllV(
      DeviceBuffer send,
      long[] sendCounts,
      long[] sendDisplacements,
      DeviceBuffer recv,
      long[] recvCounts,
      long[] recvDisplacements,
      Stream stream) {
    CommunicatorBase comm = communicator();
    Blocks out = new Blocks(comm, "all_to_all_v", "send", send, sendCounts, sendDisplacements);
    Blocks in = new Blocks(comm, "all_to_all_v", "recv", recv, recvCounts, recvDisplacements);
    grouped(
        Composite.ALL_TO_ALL_V,
        stream,
        () -> {
          for (int peer = 0; peer < sendCounts.length; peer++) {
            if (sendCounts[peer] > 0) {
              submit(Operation.SEND, out.of(peer), null, null, peer, stream);
            }
            if (recvCounts[peer] > 0) {
              submit(Operation.RECV, null, in.of(peer), null, peer, stream);
            }
          }
        });
  }

  @Override
  public final void gatherV(
      DeviceBuffer send, @Nullable DeviceBuffer recv, long[] counts, int root, Stream stream) {
    gatherV(send, recv, counts, Blocks.contiguous(counts), root, stream);
  }

  @Override
  public final void gatherV(
      DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      int root,
      Stream stream) {
    CommunicatorBase comm = communicator();
    Blocks blocks = new Blocks(comm, "gather_v", "recv", recv, counts, displacements);
    blocks.requireRoot(root, recv);
    blocks.requireOwn("send", send);
    grouped(
        Composite.GATHER_V,
        stream,
        () -> {
          if (send.count() > 0) {
            submit(Operation.SEND, send, null, null, root, stream);
          }
          for (int peer = 0; comm.rank() == root && peer < counts.length; peer++) {
            if (counts[peer] > 0) {
              submit(Operation.RECV, null, blocks.of(peer), null, peer, stream);
            }
          }
        });
  }

  @Override
  public final void scatterV(
      @Nullable DeviceBuffer send, DeviceBuffer recv, long[] counts, int root, Stream stream) {
    scatterV(send, recv, counts, Blocks.contiguous(counts), root, stream);
  }

  @Override
  public final void scatterV(
      @Nullable DeviceBuffer send,
      DeviceBuffer recv,
      long[] counts,
      long[] displacements,
      int root,
      Stream stream) {
    CommunicatorBase comm = communicator();
    Blocks blocks = new Blocks(comm, "scatter_v", "send", send, counts, displacements);
    blocks.requireRoot(root, send);
    blocks.requireOwn("recv", recv);
    grouped(
        Composite.SCATTER_V,
        stream,
        () -> {
          for (int peer = 0; comm.rank() == root && peer < counts.length; peer++) {
            if (counts[peer] > 0) {
              submit(Operation.SEND, blocks.of(peer), null, null, peer, stream);
            }
          }
          if (recv.count() > 0) {
            submit(Operation.RECV, null, recv, null, root, stream);
          }
        });
  }

  /** Operations of a communicator or of a view of it, each made with one configuration. */
  private static final class Configured extends CollectivesBase {
    private final CollectivesBase inner;
    private final CallSetting setting;

    /** The operations of {@code inner}, whose own configuration counts where it has one. */
    Configured(CollectivesBase inner, CallSetting setting) {
      this.inner = inner;
      this.setting = setting;
    }

    @Override
    public Stream defaultStream() {
      return inner.defaultStream();
    }

    @Override
    protected CommunicatorBase communicator() {
      return inner.communicator();
    }

    @Override
    protected void submit(
        Operation operation,
        @Nullable DeviceBuffer send,
        @Nullable DeviceBuffer recv,
        @Nullable ReduceOp op,
        int rootOrPeer,
        Stream stream) {
      CommunicatorBase comm = communicator();
      CallSetting before = comm.configure(setting);
      try {
        inner.submit(operation, send, recv, op, rootOrPeer, stream);
      } finally {
        comm.configure(before);
      }
    }

    @Override
    void beginsMethod(Stream stream) {
      inner.beginsMethod(stream);
    }

    @Override
    void leavesMethod() {
      inner.leavesMethod();
    }

    @Override
    void endsMethod(Stream stream) {
      inner.endsMethod(stream);
    }
  }
}
