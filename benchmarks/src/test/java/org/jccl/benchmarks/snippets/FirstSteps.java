package org.jccl.benchmarks.snippets;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.jccl.Backend;
import org.jccl.Backends;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.HostBuffer;
import org.jccl.ProcessGroup;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.ConfigField;
import org.jccl.process.ProcessGroups;

/** The examples of the API's documentation about opening things; {@code SnippetsTest} runs them. */
final class FirstSteps {
  private FirstSteps() {}

  static void ranks(Backend backend) {
    // @start region="ranks"
    Ranks.run(
        backend,
        2,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 4)) {
            data.copyFrom(1f, 2f, 3f, rank.rank());
            comm.allReduce(data, ReduceOp.SUM); // in place, on the communicator's stream
            comm.defaultStream().synchronize();
            float[] sum = new float[4];
            data.copyTo(sum); // 2, 4, 6, 1 on both ranks
          }
        });
    // @end
  }

  static float pinned(Device device) {
    // @start region="pinned"
    try (HostBuffer host = device.allocateHost(DataType.FLOAT32, 1024);
        DeviceBuffer data = device.allocate(DataType.FLOAT32, 1024)) {
      host.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 7, 0.5f);
      Stream stream = device.defaultStream();
      data.copyFrom(host, stream); // comes back at once
      data.copyTo(host, stream);
      stream.synchronize(); // until here the memory is the copies'
      return host.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 7);
    }
    // @end
  }

  static String backends() {
    // @start region="backends"
    try (Backend backend = Backends.load("sim")) { // or load(): NCCL where there are GPUs
      Device device = backend.devices().getFirst();
      return device.name();
    }
    // @end
  }

  static int open(ProcessGroup group, Device device) {
    // @start region="open"
    // @start region="config"
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .name("data-parallel")
            .set(ConfigField.MAX_CTAS, 16)
            .closeTimeout(Duration.ofSeconds(20))
            .build();
    // @end region="config"
    try (Communicator comm = Communicator.open(group, device, config)) { // all ranks call it
      comm.barrier();
      comm.defaultStream().synchronize();
      return comm.worldSize();
    }
    // @end region="open"
  }

  static List<byte[]> exchange(int port, int rank) {
    // @start region="tcp"
    Duration patience = Duration.ofMinutes(1);
    try (ProcessGroup group =
        ProcessGroups.tcp("localhost", port, rank, 2, "a secret", patience)) { // rank 0 listens
      return group.allGather(new byte[] {(byte) rank});
    }
    // @end
  }
}
