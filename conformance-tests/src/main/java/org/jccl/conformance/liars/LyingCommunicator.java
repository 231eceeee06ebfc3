package org.jccl.conformance.liars;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jccl.spi.CollectivesBase;
import org.jccl.spi.CommunicatorBase;
import org.jspecify.annotations.Nullable;

/** An honest communicator behind a liar's: every call goes by the liar first. */
final class LyingCommunicator extends CollectivesBase implements Communicator {
  private final Liar liar;
  private final CommunicatorBase honest;

  LyingCommunicator(Liar liar, Communicator honest) {
    this.liar = liar;
    this.honest = (CommunicatorBase) honest;
  }

  CommunicatorBase honest() {
    return honest;
  }

  @Override
  protected CommunicatorBase communicator() {
    return honest;
  }

  @Override
  protected void submit(
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    Told told = new Told(honest, operation, send, recv, op, rootOrPeer, stream);
    liar.around(liar.alter(told), call -> call.make(honest));
  }

  /** The operations inside a group: altered one by one, or held back to be rearranged. */
  static final class View extends CollectivesBase {
    private final Liar liar;
    private final CommunicatorBase honest;
    private final Collectives group;
    private final List<Told> heldBack = new ArrayList<>();

    View(Liar liar, CommunicatorBase honest, Collectives group) {
      this.liar = liar;
      this.honest = honest;
      this.group = group;
    }

    @Override
    protected CommunicatorBase communicator() {
      return honest;
    }

    @Override
    protected void submit(
        Operation operation,
        @Nullable DeviceBuffer send,
        @Nullable DeviceBuffer recv,
        @Nullable ReduceOp op,
        int rootOrPeer,
        Stream stream) {
      Told told = liar.alter(new Told(honest, operation, send, recv, op, rootOrPeer, stream));
      if (liar.rearranges()) {
        heldBack.add(told);
      } else {
        told.make(group);
      }
    }

    void release() {
      liar.rearrange(heldBack).forEach(each -> each.make(group));
    }
  }

  @Override
  public void group(Consumer<Collectives> body) {
    honest.group(
        group -> {
          View view = new View(liar, honest, group);
          body.accept(view);
          view.release();
        });
  }

  @Override
  public int rank() {
    return honest.rank();
  }

  @Override
  public int worldSize() {
    return honest.worldSize();
  }

  @Override
  public Device device() {
    return honest.device();
  }

  @Override
  public CommunicatorConfig config() {
    return honest.config();
  }

  @Override
  public String name() {
    return honest.name();
  }

  @Override
  public State state() {
    return honest.state();
  }

  @Override
  public ResultCode asyncError() {
    return honest.asyncError();
  }

  @Override
  public PreMulSum preMulSum(DataType type, double scalar) {
    return honest.preMulSum(type, scalar);
  }

  @Override
  public PreMulSum preMulSum(DeviceBuffer scalar) {
    return honest.preMulSum(scalar);
  }

  @Override
  public void abort() {
    honest.abort();
  }

  @Override
  public void close() {
    honest.close();
  }
}
