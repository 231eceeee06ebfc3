package org.jccl.benchmarks.launch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.ProcessGroup;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.process.LaunchContext;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;

/** One rank in a process of its own, as the environment describes it. */
public final class RankProcess {
  private static final Duration JOINING = Duration.ofMinutes(5);

  /** The exit code of a process whose parent is gone. */
  private static final int ORPHAN = 143;

  /** How long its exit may take then. */
  private static final int EXIT_SECONDS = Integer.getInteger("jccl.exit.seconds", 20);

  private RankProcess() {}

  /** Ends this process when the one that started the ranks is gone, however that ended. */
  public static void endWithParent() {
    String parent = System.getenv(ProcessRun.PARENT);
    if (parent == null) {
      return;
    }
    ProcessHandle.of(Long.parseLong(parent))
        .ifPresentOrElse(
            process -> process.onExit().thenRun(RankProcess::endOrphan), RankProcess::endOrphan);
  }

  /** Also where something hangs that runs at the exit. */
  private static void endOrphan() {
    Thread.ofPlatform()
        .daemon()
        .name("jccl: end of an orphan")
        .start(
            () -> {
              long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXIT_SECONDS);
              while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
              }
              Runtime.getRuntime().halt(ORPHAN);
            });
    System.exit(ORPHAN);
  }

  /**
   * Runs a program on the device that is this rank's.
   *
   * @param backend the backend's name, or null for the one that is found
   * @param communicator how the communicator is opened
   * @param args what {@link org.jccl.Rank#args()} gives
   * @param program the program
   * @throws Exception what the program throws
   */
  public static void run(
      @Nullable String backend,
      CommunicatorConfig communicator,
      List<String> args,
      RankProgram program)
      throws Exception {
    LaunchContext launch = ProcessGroups.launch();
    BackendConfig config = BackendConfig.defaults();
    try (ProcessGroup group = ProcessGroups.fromEnvironment(JOINING);
        Backend opened = backend == null ? Backends.load(config) : Backends.load(backend, config)) {
      Device device = device(opened, launch.localRank().orElse(0));
      if (opened.name().equals("sim") && group.worldSize() > 1) {
        throw new IllegalArgumentException(
            "the simulator lives in one process: --ranks runs its ranks, --processes those of nccl");
      }
      Ranks.run(group, device, communicator, args, program);
    }
  }

  private static Device device(Backend backend, int local) {
    int devices = backend.devices().size();
    if (local >= devices) {
      throw new IllegalArgumentException(
          "local rank "
              + local
              + " needs device "
              + local
              + ", and backend "
              + backend.name()
              + " has "
              + devices
              + ": start fewer processes");
    }
    return backend.devices().get(local);
  }

  /**
   * Runs a main method.
   *
   * @param main the method
   * @param args its arguments
   * @throws Exception what it throws
   */
  public static void runMain(Method main, List<String> args) throws Exception {
    try {
      main.invoke(null, (Object) args.toArray(String[]::new));
    } catch (InvocationTargetException failure) {
      if (failure.getTargetException() instanceof Exception thrown) {
        throw thrown;
      }
      throw failure;
    }
  }
}
