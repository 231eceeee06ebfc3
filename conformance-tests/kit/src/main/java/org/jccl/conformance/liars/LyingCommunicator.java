package org.jccl.conformance.liars;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Communicator.MemoryStatistics;
import org.jccl.Communicator.ShrinkMode;
import org.jccl.Communicator.SignalWait;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
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
  public void awaitReady(Duration timeout) {
    honest.awaitReady(timeout);
  }

  @Override
  public String lastError() {
    return honest.lastError();
  }

  @Override
  public Communicator split(int color, int key) {
    return honest.split(color, key);
  }

  @Override
  public Communicator split(int color, int key, CommunicatorConfig config) {
    return honest.split(color, key, config);
  }

  @Override
  public void splitAway() {
    honest.splitAway();
  }

  @Override
  public Communicator shrink(Set<Integer> excluded) {
    return honest.shrink(excluded);
  }

  @Override
  public Communicator shrink(Set<Integer> excluded, ShrinkMode mode) {
    return honest.shrink(excluded, mode);
  }

  @Override
  public Communicator shrink(Set<Integer> excluded, ShrinkMode mode, CommunicatorConfig config) {
    return honest.shrink(excluded, mode, config);
  }

  @Override
  public UniqueId growthId() {
    return honest.growthId();
  }

  @Override
  public Communicator grow(int newWorldSize) {
    return honest.grow(newWorldSize);
  }

  @Override
  public Communicator grow(int newWorldSize, UniqueId id) {
    return honest.grow(newWorldSize, id);
  }

  @Override
  public Communicator grow(int newWorldSize, @Nullable UniqueId id, CommunicatorConfig config) {
    return honest.grow(newWorldSize, id, config);
  }

  @Override
  public Registration register(DeviceBuffer buffer) {
    return honest.register(buffer);
  }

  @Override
  public Window registerWindow(DeviceBuffer buffer, Window.Flag... flags) {
    return honest.registerWindow(buffer, flags);
  }

  @Override
  public void putSignal(DeviceBuffer source, int peer, Window window, long offset, Stream stream) {
    honest.putSignal(source, peer, window, offset, stream);
  }

  @Override
  public void signal(int peer, Stream stream) {
    honest.signal(peer, stream);
  }

  @Override
  public void waitSignal(List<SignalWait> signals, Stream stream) {
    honest.waitSignal(signals, stream);
  }

  @Override
  public void suspend() {
    honest.suspend();
  }

  @Override
  public void resume() {
    honest.resume();
  }

  @Override
  public MemoryStatistics memoryStatistics() {
    return honest.memoryStatistics();
  }

  @Override
  public void revoke() {
    honest.revoke();
  }

  @Override
  public void finalizeCommunicator() {
    honest.finalizeCommunicator();
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
