package org.jccl.conformance.run;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Backend;
import org.jccl.CleanText;
import org.jccl.Communicator;
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
import org.jspecify.annotations.Nullable;

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
    SPLIT,
    CHILD_CALL,
    SHRINK,
    CLOSE
  }

  /** What happens to the victim. */
  enum Kind {
    KILL,
    STOP,
    /** Its program does something else for a while. */
    LATE,
    EXIT,
    ABORT,
    EXCEPTION,
    /** Its communicator is closed, and its program goes on for a while. */
    CLOSES,
    /** Its program has nothing more to do, and ends as it should. */
    RETURNS,
    /** The same, by System.exit, with the group closed and the communicator left open. */
    LEAVES
  }

  /** The variable that says how many seconds that is. */
  static final String SECONDS = "JCCL_FAULTY_RANK_SECONDS";

  /** How long a step of the job may take where nobody is known to be dead. */
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.parseInt(System.getenv().getOrDefault(SECONDS, "30")));

  /** The variable that says how many seconds an operation may take, if that is less. */
  static final String OPERATION_SECONDS = "JCCL_FAULTY_RANK_OPERATION_SECONDS";

  private static final Duration OPERATION_LIMIT =
      Duration.ofSeconds(
          Integer.parseInt(
              System.getenv().getOrDefault(OPERATION_SECONDS, String.valueOf(LIMIT.toSeconds()))));

  static final String FAULT = "@fault ";
  static final String THROWN = "@thrown ";
  static final String FINE = "@fine ";

  private final Step step;
  private final Kind kind;
  private final int victim;
  private final boolean isVictim;

  /** When the program has seen an exception; 0 while it has not. */
  private volatile long seen;

  private @Nullable ProcessGroup members;

  private final AtomicInteger allReduces = new AtomicInteger();

  private FaultyRank(Step step, Kind kind, int victim, int rank) {
    this.step = step;
    this.kind = kind;
    this.victim = victim;
    this.isVictim = rank == victim;
  }

  public static void main(String[] args) {
    int rank = Integer.parseInt(System.getenv("RANK"));
    int victim = Integer.parseInt(args[2]);
    FaultyRank job = new FaultyRank(Step.valueOf(args[0]), Kind.valueOf(args[1]), victim, rank);
    try {
      job.run();
      say(FINE, System.currentTimeMillis(), "");
    } catch (Throwable failure) {
      long when = job.seen == 0 ? System.currentTimeMillis() : job.seen;
      say(THROWN, when, CleanText.line(String.valueOf(failure.getMessage())));
      System.exit(1);
    }
  }

  private static synchronized void say(String what, long when, String words) {
    System.out.println(what + when + " " + words);
    System.out.flush();
  }

  private void run() throws Exception {
    at(Step.BEFORE_JOIN);
    try (ProcessGroup group = ProcessGroups.fromEnvironment(LIMIT);
        RemoteLoopback loopback =
            RemoteLoopback.open(Loopback.VERSION, Map.of(), this::between).orElseThrow()) {
      run(group, loopback);
    }
  }

  private void run(ProcessGroup group, RemoteLoopback loopback) throws Exception {
    members = group;
    try {
      at(Step.HANDSHAKE);
      Backend backend = loopback.backend();
      Device device = backend.devices().get(group.rank());
      CommunicatorConfig config =
          CommunicatorConfig.builder()
              .initTimeout(LIMIT)
              .closeTimeout(LIMIT)
              .operationTimeout(OPERATION_LIMIT)
              .build();
      Ranks.run(
          group,
          device,
          config,
          List.of(),
          rank -> {
            try (DeviceBuffer buffer = device.allocate(DataType.INT32, 1)) {
              calls(rank.communicator(), buffer);
            } catch (RuntimeException failure) {
              seen = System.currentTimeMillis();
              throw failure;
            }
          });
    } catch (RuntimeException failure) {
      seen = seen == 0 ? System.currentTimeMillis() : seen;
      throw failure;
    }
  }

  private void calls(Communicator comm, DeviceBuffer buffer) {
    for (int i = 0; i < 3; i++) {
      sum(comm, buffer);
      if (i == 1) {
        if (isVictim && kind == Kind.CLOSES) {
          comm.close();
        }
        at(Step.BETWEEN_CALLS);
        if (isVictim && kind == Kind.RETURNS) {
          return;
        }
      }
    }
    if (kind == Kind.LATE) { // inside the library nobody could tell it from the others
      at(Step.SPLIT);
      at(Step.SHRINK);
    }
    if (step == Step.SPLIT || step == Step.CHILD_CALL) {
      try (Communicator child = comm.split(0, comm.rank())) {
        sum(child, buffer);
        at(Step.CHILD_CALL);
        sum(child, buffer);
      }
    } else if (step == Step.SHRINK) {
      int out = victim == comm.worldSize() - 1 ? 0 : comm.worldSize() - 1;
      if (comm.rank() == out) {
        sum(comm, buffer); // nobody else makes that call
        return;
      }
      try (Communicator child = comm.shrink(Set.of(out))) {
        sum(child, buffer);
      }
    }
  }

  private static void sum(Communicator comm, DeviceBuffer buffer) {
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.defaultStream().synchronize();
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
                case "commSplit" -> at(Step.SPLIT);
                case "commShrink" -> at(Step.SHRINK);
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
    say(FAULT, System.currentTimeMillis(), "");
    switch (kind) {
      case KILL -> signal("KILL");
      case STOP -> signal("STOP");
      case ABORT -> signal("ABRT");
      case LATE, CLOSES -> sleep();
      case RETURNS -> {}
      case LEAVES -> {
        if (members != null) {
          members.close();
        }
        System.exit(0);
      }
      case EXIT -> System.exit(7);
      case EXCEPTION -> throw new IllegalStateException("the program is broken");
    }
  }

  /** Until the others have ended, when the job ends this process. */
  private static void sleep() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException impossible) {
      throw new IllegalStateException(impossible);
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
