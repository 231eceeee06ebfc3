package org.jccl.conformance.harness;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.nccl.NcclBackend;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/** NCCL on this machine's GPUs, a rank for each. */
public final class NcclSubject implements Subject {
  private @Nullable Capabilities capabilities;

  /** Nothing is opened until it is asked for. */
  public NcclSubject() {}

  @Override
  public String name() {
    return "nccl";
  }

  /** This one, if the process was started with them: a library reads its variables once. */
  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    return OwnProcess.isStartedWith(environment) ? Optional.of(this) : Optional.empty();
  }

  @Override
  public synchronized Capabilities capabilities() {
    Capabilities known = capabilities;
    if (known == null) {
      try (Instance instance = open()) {
        known = probed(instance.backend());
      }
      capabilities = known;
    }
    return known;
  }

  private static Capabilities probed(Backend backend) {
    int version = backend.ncclVersion();
    return new Capabilities(
        Math.min(backend.devices().size(), Capabilities.MOST_RANKS),
        EnumSet.allOf(DataType.class),
        reducesFloat8(backend),
        version,
        false,
        false,
        false,
        true,
        sharesGpus(backend));
  }

  private static boolean sharesGpus(Backend backend) {
    long gpus = backend.devices().stream().map(Device::identity).distinct().count();
    return gpus < backend.devices().size();
  }

  /**
   * TYP-03: whether the device is new enough is told by the library alone. In an environment that
   * forbids every communicator (ENV-09, ENV-10) it says nothing.
   */
  private static boolean reducesFloat8(Backend backend) {
    try (Communicator comm = firstAlone(backend);
        DeviceBuffer buffer = Values.of(comm.device(), DataType.FLOAT8_E5M2, 1)) {
      comm.allReduce(buffer, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      return true;
    } catch (CollectiveException refused) {
      return false;
    }
  }

  private static Communicator firstAlone(Backend backend) {
    return backend
        .openAll(backend.devices().subList(0, 1), CommunicatorConfig.defaults())
        .getFirst();
  }

  @Override
  public boolean spansProcesses() {
    return true;
  }

  @Override
  public Instance open() {
    Backend backend = Backends.choose("nccl", BackendConfig.defaults()).open();
    return new Instance() {
      @Override
      public Backend backend() {
        return backend;
      }

      @Override
      public Optional<NcclAbi> raw() {
        return backend instanceof NcclBackend nccl ? Optional.of(nccl.binding()) : Optional.empty();
      }

      @Override
      public Optional<Predicate<String>> exports() {
        return backend instanceof NcclBackend nccl
            ? Optional.of(nccl.library()::exports)
            : Optional.empty();
      }

      @Override
      public void close() {
        backend.close();
      }
    };
  }
}
