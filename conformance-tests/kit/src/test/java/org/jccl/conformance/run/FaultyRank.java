package org.jccl.conformance.run;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Backend;
import org.jccl.CleanText;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.conformance.loopback.Loopback;
import org.jccl.conformance.loopback.RemoteLoopback;
import org.jccl.process.ProcessGroups;
import org.jccl.spi.NcclAbi;

/**
 * A rank of a job in a process of its own, of which one has a fault: its arguments are the step,
 * the fault and the victim. Each rank tells by a line what came of it and when.
 */
final class FaultyRank {
  /** Where the fault strikes. */
  enum Step {
    BEFORE_JOIN,
    HANDSHAKE,
    UNIQUE_ID,
    INIT,
    WARM_UP,
    FIRST_CALL,
    SECOND_CALL,
    BETWEEN_CALLS,
    CLOSE
  }

  /** What happens to the victim. */
  enum Kind {
    KILL,
    STOP,
    EXIT,
    ABORT,
    EXCEPTION
  }

  /** The variable that says how many seconds that is. */
  static final String SECONDS = "JCCL_FAULTY_RANK_SECONDS";

  /** How long a step of the job may take where nobody is known to be dead. */
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.parseInt(System.getenv().getOrDefault(SECONDS, "30")));

  static final String FAULT = "@fault ";
  static final String THROWN = "@thrown ";
  static final String FINE = "@fine ";

  private final Step step;
  private final Kind kind;
  private final boolean isVictim;
  private final AtomicInteger allReduces = new AtomicInteger();

  private FaultyRank(Step step, Kind kind, boolean isVictim) {
    this.step = step;
    this.kind = kind;
    this.isVictim = isVictim;
  }

  public static void main(String[] args) {
    int rank = Integer.parseInt(System.getenv("RANK"));
    boolean isVictim = rank == Integer.parseInt(args[2]);
    FaultyRank job = new FaultyRank(Step.valueOf(args[0]), Kind.valueOf(args[1]), isVictim);
    try {
      job.run();
      say(FINE, "");
    } catch (Throwable failure) {
      say(THROWN, CleanText.line(String.valueOf(failure.getMessage())));
      System.exit(1);
    }
  }

  private static synchronized void say(String what, String words) {
    System.out.println(what + System.currentTimeMillis() + " " + words);
    System.out.flush();
  }

  private void run() throws Exception {
    at(Step.BEFORE_JOIN);
    try (ProcessGroup group = ProcessGroups.fromEnvironment(LIMIT);
        RemoteLoopback loopback =
            RemoteLoopback.open(Loopback.VERSION, Map.of(), this::between).orElseThrow()) {
      at(Step.HANDSHAKE);
      Backend backend = loopback.backend();
      Device device = backend.devices().get(group.rank());
      CommunicatorConfig config =
          CommunicatorConfig.builder()
              .initTimeout(LIMIT)
              .closeTimeout(LIMIT)
              .operationTimeout(LIMIT)
              .build();
      Ranks.run(
          group,
          device,
          config,
          List.of(),
          rank -> {
            try (DeviceBuffer buffer = device.allocate(DataType.INT32, 1)) {
              for (int i = 0; i < 3; i++) {
                rank.communicator().allReduce(buffer, ReduceOp.SUM);
                rank.communicator().defaultStream().synchronize();
                if (i == 1) {
                  at(Step.BETWEEN_CALLS);
                }
              }
            }
          });
    }
  }

  private NcclAbi between(NcclAbi library) {
    return (NcclAbi)
        Proxy.newProxyInstance(
            FaultyRank.class.getClassLoader(),
            new Class<?>[] {NcclAbi.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "getUniqueId" -> at(Step.UNIQUE_ID);
                case "commInitRank", "commInitRankConfig" -> at(Step.INIT);
                case "allReduce" -> {
                  switch (allReduces.incrementAndGet()) {
                    case 1 -> at(Step.WARM_UP);
                    case 2 -> at(Step.FIRST_CALL);
                    case 3 -> at(Step.SECOND_CALL);
                    default -> {}
                  }
                }
                case "commFinalize" -> at(Step.CLOSE);
                default -> {}
              }
              try {
                return method.invoke(library, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  private void at(Step here) {
    if (!isVictim || here != step) {
      return;
    }
    say(FAULT, "");
    switch (kind) {
      case KILL -> signal("KILL");
      case STOP -> signal("STOP");
      case ABORT -> signal("ABRT");
      case EXIT -> System.exit(7);
      case EXCEPTION -> throw new IllegalStateException("the program is broken");
    }
  }

  private static void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(ProcessHandle.current().pid()))
          .start()
          .waitFor();
      new CountDownLatch(1).await();
    } catch (IOException | InterruptedException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
