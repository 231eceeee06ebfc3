package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.ProcessGroup;
import org.jccl.conformance.harness.ChildJvm;
import org.jccl.ops.NcclFunction;
import org.jccl.process.ProcessGroups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule VER-04 between two processes, each with a library of its own. */
@Timeout(240)
class TwoVersionsTest {
  private static final Duration LONG = Duration.ofSeconds(100);

  /** A rank in a process of its own. */
  static final class Member {
    private Member() {}

    /** Arguments: port, rank, version. */
    public static void main(String[] args) {
      try (Loopback loopback = Loopback.open(1, NcclFunction.code(args[2]));
          ProcessGroup group =
              ProcessGroups.tcp(
                  "127.0.0.1",
                  Integer.parseInt(args[0]),
                  Integer.parseInt(args[1]),
                  2,
                  "secret",
                  LONG)) {
        Communicator.open(
                group, loopback.backend().devices().getFirst(), CommunicatorConfig.defaults())
            .close();
        System.out.println("opened");
      } catch (RuntimeException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  @Test
  void librariesOfTwoVersions_areRefusedByBothRanks_withBothNamed() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    List<FutureTask<ChildJvm.Result>> ranks = new ArrayList<>();
    for (String version : List.of("2.31.2", "2.32.3")) {
      ChildJvm child =
          ChildJvm.of(Member.class)
              .options("-XX:TieredStopAtLevel=1")
              .args(String.valueOf(port), String.valueOf(ranks.size()), version);
      FutureTask<ChildJvm.Result> rank = new FutureTask<>(() -> child.run(LONG));
      Thread.ofPlatform().daemon().start(rank);
      ranks.add(rank);
    }
    for (FutureTask<ChildJvm.Result> rank : ranks) {
      assertThat(rank.get().lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "the ranks have different NCCL versions (VER-04): 2.31.2 on rank 0,"
                              + " 2.32.3 on rank 1"));
    }
  }
}
