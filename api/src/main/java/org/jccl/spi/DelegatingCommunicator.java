package org.jccl.spi;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.CallForecast;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MemoryStatistics;
import org.jccl.PreMulSum;
import org.jccl.Registration;
import org.jccl.ShrinkMode;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.TuningChoice;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a communicator that one of its parts carries out: a line each, as {@link
 * CollectivesBase} has them for the operations.
 */
public abstract class DelegatingCommunicator extends CommunicatorBase {
  /** One rank's endpoint; see {@link CommunicatorBase}. */
  DelegatingCommunicator(
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config,
      GroupRecording.Issuer issuer) {
    super(rank, worldSize, device, config, issuer);
  }

  /** What its state allows. */
  abstract StateGuard guard();

  /** What changes its state, and its end. */
  abstract Lifecycle lifecycle();

  /** What makes communicators of it. */
  abstract Children children();

  /** The memory that it knows. */
  abstract LibraryMemory memory();

  /** Its custom reductions. */
  abstract Sums sums();

  /** Its prepared calls. */
  abstract PreparedSequences prepared();

  /** What makes one call of many. */
  abstract CoalescedCalls coalesced();

  /** What tuning makes of configurations. */
  abstract TunedConfig tuned();

  /** Which way its calls take. */
  abstract CallForecasts forecasts();

  // ---- life

  @Override
  public final void finalizeCommunicator() {
    lifecycle().finalizeCommunicator();
  }

  @Override
  public final void revoke() {
    lifecycle().revoke();
  }

  @Override
  public final void suspend() {
    lifecycle().suspend();
  }

  @Override
  public final void resume() {
    lifecycle().resume();
  }

  @Override
  public void abort() {
    lifecycle().abort();
  }

  @Override
  public void close() {
    lifecycle().close();
  }

  // ---- family

  @Override
  public final Communicator split(int color, int key) {
    return children().split(color, key, null);
  }

  @Override
  public final Communicator split(int color, int key, CommunicatorConfig config) {
    return children().split(color, key, config);
  }

  @Override
  public final void splitNoColor() {
    children().splitNoColor();
  }

  @Override
  public final Communicator shrink(Set<Integer> excluded) {
    return children().shrink(excluded, ShrinkMode.DEFAULT, null);
  }

  @Override
  public final Communicator shrink(Set<Integer> excluded, ShrinkMode mode) {
    return children().shrink(excluded, mode, null);
  }

  @Override
  public final Communicator shrink(
      Set<Integer> excluded, ShrinkMode mode, CommunicatorConfig config) {
    return children().shrink(excluded, mode, config);
  }

  @Override
  public final UniqueId newUniqueId() {
    return children().newUniqueId();
  }

  @Override
  public final Communicator grow(int newWorldSize) {
    return children().grow(newWorldSize, null, null);
  }

  @Override
  public final Communicator grow(int newWorldSize, UniqueId id) {
    return children().grow(newWorldSize, id, null);
  }

  @Override
  public final Communicator grow(
      int newWorldSize, @Nullable UniqueId id, CommunicatorConfig config) {
    return children().grow(newWorldSize, id, config);
  }

  // ---- repeated work

  @Override
  public final void coalesced(Stream stream, Consumer<Collectives> body) {
    coalesced().issue(stream, body);
  }

  @Override
  public final Graph prepare(Consumer<Collectives> body) {
    return prepared().prepare(body);
  }

  // ---- tuning

  @Override
  public final TuningChoice tuning() {
    return tuned().choice();
  }

  @Override
  public final List<CallForecast> plan(Consumer<Collectives> body) {
    guard().requireLegal(Act.OPERATION, "plan");
    return forecasts().plan(body);
  }

  @Override
  public final DeviceBuffer allocate(DataType type, long count) {
    return memory().allocate(type, count);
  }

  // ---- memory, reductions

  @Override
  public final PreMulSum preMulSum(DataType type, double scalar) {
    return sums().create(type, scalar);
  }

  @Override
  public final PreMulSum preMulSum(DeviceBuffer scalar) {
    return sums().create(scalar);
  }

  @Override
  public final Registration register(DeviceBuffer buffer) {
    return memory().register(buffer);
  }

  @Override
  public final Window registerWindow(DeviceBuffer buffer, WindowFlag... flags) {
    return memory().registerWindow(buffer, flags);
  }

  @Override
  public final void putSignal(
      DeviceBuffer source, int peer, Window window, long offset, Stream stream) {
    memory().putSignal(source, peer, window, offset, stream);
  }

  @Override
  public final void signal(int peer, Stream stream) {
    memory().signal(peer, stream);
  }

  @Override
  public final void waitSignal(List<SignalWait> signals, Stream stream) {
    memory().waitSignal(signals, stream);
  }

  @Override
  public final MemoryStatistics memoryStatistics() {
    return memory().statistics();
  }
}
