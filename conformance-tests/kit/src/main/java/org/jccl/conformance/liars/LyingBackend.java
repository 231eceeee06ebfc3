package org.jccl.conformance.liars;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Backend.GroupScope;
import org.jccl.Capability;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.RankHost;
import org.jccl.UniqueId;
import org.jccl.spi.CommunicatorBase;

/** An honest backend behind a liar's: devices are the honest one's, communicators are ours. */
final class LyingBackend implements Backend {
  private final Liar liar;
  private final Backend honest;

  LyingBackend(Liar liar, Backend honest) {
    this.liar = liar;
    this.honest = honest;
  }

  @Override
  public String name() {
    return liar.label();
  }

  @Override
  public String description() {
    return "a liar over " + honest.description();
  }

  @Override
  public int ncclVersion() {
    return honest.ncclVersion();
  }

  @Override
  public List<Device> devices() {
    return honest.devices();
  }

  @Override
  public UniqueId newUniqueId() {
    return honest.newUniqueId();
  }

  @Override
  public Communicator newCommunicator(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return new LyingCommunicator(liar, honest.newCommunicator(id, rank, worldSize, device, config));
  }

  @Override
  public Communicator newCommunicator(
      List<UniqueId> ids, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return new LyingCommunicator(
        liar, honest.newCommunicator(ids, rank, worldSize, device, config));
  }

  @Override
  public Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return new LyingCommunicator(liar, honest.joinGrowing(id, rank, worldSize, device, config));
  }

  @Override
  public DeviceBuffer allocateRegistrable(Device device, DataType type, long count) {
    return honest.allocateRegistrable(device, type, count);
  }

  @Override
  public OptionalDouble simulate(Consumer<GroupScope> body) {
    return honest.simulate(
        scope ->
            body.accept(communicator -> scope.on(((LyingCommunicator) communicator).honest())));
  }

  @Override
  public List<Communicator> openAll(List<Device> devices, CommunicatorConfig config) {
    return honest.openAll(devices, config).stream()
        .<Communicator>map(each -> new LyingCommunicator(liar, each))
        .toList();
  }

  @Override
  public void group(Consumer<GroupScope> body) {
    honest.group(
        scope -> {
          List<LyingCommunicator.View> views = new ArrayList<>();
          body.accept(
              communicator -> {
                CommunicatorBase own = ((LyingCommunicator) communicator).honest();
                views.add(new LyingCommunicator.View(liar, own, scope.on(own)));
                return views.getLast();
              });
          views.forEach(LyingCommunicator.View::release);
        });
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    return honest.capability(device, config);
  }

  @Override
  public RankHost rankHost() {
    return honest.rankHost();
  }

  @Override
  public void close() {
    honest.close();
  }
}
