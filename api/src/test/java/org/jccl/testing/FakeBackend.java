package org.jccl.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jccl.Backend;
import org.jccl.Capability;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.GroupScope;
import org.jccl.RankHost;
import org.jccl.UniqueId;
import org.jccl.process.PlatformRanks;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.Groups;

/**
 * A backend for tests of the api: communicators that note their calls, devices whose memory is host
 * memory, ranks on platform threads. Override a method to make it fail.
 */
public class FakeBackend implements Backend, GroupRecording.Issuer {
  private final List<Device> devices;
  private final AtomicLong ids = new AtomicLong();
  private final Map<UniqueId, FakeWorld> worlds = new HashMap<>();
  private final List<FakeCommunicator> communicators = new CopyOnWriteArrayList<>();
  private final List<List<FakeCommunicator.Issued>> groups = new CopyOnWriteArrayList<>();

  /** A backend with so many devices. */
  public FakeBackend(int devices) {
    this.devices =
        IntStream.range(0, devices).<Device>mapToObj(i -> new FakeDevice(this, i)).toList();
  }

  /** Every communicator that was made. */
  public List<FakeCommunicator> communicators() {
    return communicators;
  }

  /** The communicator of one rank, of which there is exactly one. */
  public FakeCommunicator communicator(int rank) {
    return communicators.stream().filter(one -> one.rank() == rank).findFirst().orElseThrow();
  }

  /** Every group that was issued, in order. */
  public List<List<FakeCommunicator.Issued>> groups() {
    return groups;
  }

  /** A communicator of one rank in a world of any size, without peers. */
  public FakeCommunicator lone(int rank, int worldSize) {
    return lone(rank, worldSize, CommunicatorConfig.defaults());
  }

  /** The same with a configuration. */
  public FakeCommunicator lone(int rank, int worldSize, CommunicatorConfig config) {
    FakeDevice device = (FakeDevice) devices.get(rank % devices.size());
    return new FakeCommunicator(this, rank, worldSize, device, config, new FakeWorld(worldSize));
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public String description() {
    return "a test double";
  }

  @Override
  public int ncclVersion() {
    return 22809;
  }

  @Override
  public List<Device> devices() {
    return devices;
  }

  @Override
  public UniqueId newUniqueId() {
    byte[] bytes = new byte[UniqueId.BYTES];
    ByteBuffer.wrap(bytes).putLong(ids.incrementAndGet());
    return UniqueId.of(bytes);
  }

  @Override
  public Communicator newCommunicator(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    FakeWorld world;
    synchronized (worlds) {
      world = worlds.computeIfAbsent(id, key -> new FakeWorld(worldSize));
    }
    FakeCommunicator made =
        new FakeCommunicator(this, rank, worldSize, (FakeDevice) device, config, world);
    prepare(made);
    communicators.add(made);
    world.join(rank, config.initTimeout());
    return made;
  }

  /** A communicator was made and not yet handed out; for tests that change its answers. */
  protected void prepare(FakeCommunicator communicator) {}

  @Override
  public Communicator newCommunicator(
      List<UniqueId> ids, int rank, int worldSize, Device device, CommunicatorConfig config) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public DeviceBuffer allocateRegistrable(Device device, DataType type, long count) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public OptionalDouble simulate(Consumer<GroupScope> body) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public List<Communicator> openAll(List<Device> wanted, CommunicatorConfig config) {
    throw new UnsupportedOperationException("not faked");
  }

  @Override
  public void group(Consumer<GroupScope> body) {
    Groups.run(this, body);
  }

  @Override
  public void issue(GroupRecording calls) {
    List<FakeCommunicator.Issued> group = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      FakeCommunicator communicator = (FakeCommunicator) calls.communicator(i);
      group.add(FakeCommunicator.Issued.of(communicator, calls.call(i), calls.stream(i)));
    }
    groups.add(group);
    group.stream()
        .map(FakeCommunicator.Issued::communicator)
        .distinct()
        .forEach(FakeCommunicator::noteGrouped);
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    return new Capability(name(), ncclVersion(), "no library", device.identity());
  }

  @Override
  public RankHost rankHost() {
    return new PlatformRanks();
  }

  @Override
  public void close() {}
}
