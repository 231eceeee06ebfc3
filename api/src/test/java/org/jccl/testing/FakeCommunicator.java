package org.jccl.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jccl.CallForecast;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MemoryStatistics;
import org.jccl.PreMulSum;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.ShrinkMode;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.TuningChoice;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.spi.CommunicatorBase;
import org.jspecify.annotations.Nullable;

/** A communicator that moves no data: it notes what it was asked to enqueue. */
public class FakeCommunicator extends CommunicatorBase {
  /** One call as it reached the implementation, alone or in a group. */
  public record Issued(
      FakeCommunicator communicator,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Stream stream) {
    static Issued of(FakeCommunicator communicator, CallArguments call, Stream stream) {
      return new Issued(
          communicator,
          call.operation(),
          call.send(),
          call.recv(),
          call.count(),
          call.type(),
          call.reduction(),
          call.rootOrPeer(),
          stream);
    }

    @Override
    public String toString() {
      return operation.label() + "(count " + count + ", peer " + rootOrPeer + ")";
    }
  }

  private final FakeWorld world;
  private final Stream defaultStream;
  private final List<Issued> issued = new ArrayList<>();
  private final AtomicInteger aborts = new AtomicInteger();
  private volatile State state = State.READY;

  /** What enqueue answers; NCCL's success unless a test sets it. */
  public ToIntFunction<Issued> answer = call -> 0;

  /** What the library says about its last failure. */
  public String lastWords = "";

  /** What close does besides changing the state. */
  public Runnable onClose = () -> {};

  FakeCommunicator(
      FakeBackend backend,
      int rank,
      int worldSize,
      FakeDevice device,
      CommunicatorConfig config,
      FakeWorld world) {
    super(rank, worldSize, device, config, backend);
    this.world = world;
    this.defaultStream = new FakeStream(device, () -> world.synchronize(rank));
  }

  /** What was enqueued outside groups, in order. */
  public List<Issued> issued() {
    return issued;
  }

  /** How often it was aborted. */
  public int aborts() {
    return aborts.get();
  }

  void noteGrouped() {
    world.called(rank());
  }

  @Override
  protected int enqueue(CallArguments arguments, Stream stream) {
    Issued call = Issued.of(this, arguments, stream);
    issued.add(call);
    world.called(rank());
    return answer.applyAsInt(call);
  }

  @Override
  protected void requireUsable() {
    if (state == State.ABORTED) {
      throw new CommunicatorAbortedException(name() + ", rank " + rank() + ": aborted", null);
    }
    if (state == State.CLOSED) {
      throw new IllegalStateException(name() + ", rank " + rank() + ": closed");
    }
  }

  @Override
  public Stream defaultStream() {
    return defaultStream;
  }

  @Override
  public long nativeHandle() {
    return 0;
  }

  @Override
  public String name() {
    return config().name().orElse("fake");
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public ResultCode asyncError() {
    return ResultCode.SUCCESS;
  }

  @Override
  public PreMulSum preMulSum(DataType type, double scalar) {
    return new PreMulSum(this, type, 5, code -> {});
  }

  @Override
  public PreMulSum preMulSum(DeviceBuffer scalar) {
    return new PreMulSum(this, scalar.type(), 6, code -> {});
  }

  @Override
  public void awaitReady(Duration timeout) {}

  @Override
  public String lastError() {
    return lastWords;
  }

  @Override
  public Communicator split(int color, int key) {
    throw notFaked();
  }

  @Override
  public Communicator split(int color, int key, CommunicatorConfig config) {
    throw notFaked();
  }

  @Override
  public void splitNoColor() {
    throw notFaked();
  }

  @Override
  public Communicator shrink(Set<Integer> excluded) {
    throw notFaked();
  }

  @Override
  public Communicator shrink(Set<Integer> excluded, ShrinkMode mode) {
    throw notFaked();
  }

  @Override
  public Communicator shrink(Set<Integer> excluded, ShrinkMode mode, CommunicatorConfig config) {
    throw notFaked();
  }

  @Override
  public UniqueId newUniqueId() {
    throw notFaked();
  }

  @Override
  public Communicator grow(int newWorldSize) {
    throw notFaked();
  }

  @Override
  public Communicator grow(int newWorldSize, UniqueId id) {
    throw notFaked();
  }

  @Override
  public Communicator grow(int newWorldSize, @Nullable UniqueId id, CommunicatorConfig config) {
    throw notFaked();
  }

  @Override
  public Registration register(DeviceBuffer buffer) {
    throw notFaked();
  }

  @Override
  public DeviceBuffer allocate(DataType type, long count) {
    throw notFaked();
  }

  @Override
  public TuningChoice tuning() {
    throw notFaked();
  }

  @Override
  public List<CallForecast> plan(Consumer<Collectives> body) {
    throw notFaked();
  }

  @Override
  public void coalesced(Stream stream, Consumer<Collectives> body) {
    group(body);
  }

  @Override
  public Graph prepare(Consumer<Collectives> body) {
    throw notFaked();
  }

  @Override
  public Window registerWindow(DeviceBuffer buffer, WindowFlag... flags) {
    throw notFaked();
  }

  @Override
  public void putSignal(DeviceBuffer source, int peer, Window window, long offset, Stream stream) {
    throw notFaked();
  }

  @Override
  public void signal(int peer, Stream stream) {
    throw notFaked();
  }

  @Override
  public void waitSignal(List<SignalWait> signals, Stream stream) {
    throw notFaked();
  }

  @Override
  public void suspend() {
    throw notFaked();
  }

  @Override
  public void resume() {
    throw notFaked();
  }

  @Override
  public MemoryStatistics memoryStatistics() {
    throw notFaked();
  }

  @Override
  public void revoke() {
    throw notFaked();
  }

  @Override
  public void finalizeCommunicator() {
    throw notFaked();
  }

  private static UnsupportedOperationException notFaked() {
    return new UnsupportedOperationException("not faked");
  }

  @Override
  public void abort() {
    aborts.incrementAndGet();
    state = State.ABORTED;
    world.abort(rank());
  }

  @Override
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      releaseTokens();
      onClose.run();
    }
  }
}
