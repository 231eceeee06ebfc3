package org.jccl.benchmarks.examples;

import java.time.Duration;
import java.util.List;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;

/**
 * Broadcasts of 2 MiB in one way after the other, to find the one that hangs. The arguments choose:
 * {@code window} or {@code plain} memory; {@code prepared} or {@code loop}; {@code none} or {@code
 * same}, what the other ranks pass as the send buffer: nothing, or the receive buffer.
 */
public final class WindowBroadcast implements RankProgram {
  private static final int COUNT = 1 << 19;
  private static final int CALLS = 20;

  /** Started by {@code ./jccl run}. */
  public WindowBroadcast() {}

  @Override
  public void run(Rank rank) {
    List<String> args = rank.args();
    boolean windows = args.contains("window");
    CommunicatorConfig config =
        CommunicatorConfig.builder()
            .name("window-broadcast")
            .tuning(Tuning.of(new TuningChoice(0, windows, "asked for", List.of())))
            .build();
    try (Communicator comm = Communicator.open(rank.processGroup(), rank.device(), config);
        DeviceBuffer send = comm.allocate(DataType.FLOAT32, COUNT);
        DeviceBuffer recv = comm.allocate(DataType.FLOAT32, COUNT)) {
      DeviceBuffer beside = args.contains("same") ? recv : null;
      DeviceBuffer from = rank.rank() == 0 ? send : beside;
      send.fill((byte) 1, comm.defaultStream());
      if (args.contains("prepared")) {
        try (Graph graph =
            comm.prepare(
                calls -> {
                  for (int i = 0; i < CALLS; i++) {
                    calls.broadcast(from, recv, 0);
                  }
                })) {
          System.out.println("rank " + rank.rank() + ": prepared");
          graph.launch(comm.defaultStream());
          comm.defaultStream().synchronize();
        }
      } else {
        for (int i = 0; i < CALLS; i++) {
          comm.broadcast(from, recv, 0);
        }
        comm.defaultStream().synchronize();
      }
      byte[] got = new byte[COUNT * DataType.FLOAT32.bytes()];
      recv.as(DataType.UINT8).copyTo(got);
      System.out.println("rank " + rank.rank() + ": ended, " + (got[7] == 1 ? "right" : "WRONG"));
      rank.processGroup().barrier(Duration.ofSeconds(30));
    }
  }
}
