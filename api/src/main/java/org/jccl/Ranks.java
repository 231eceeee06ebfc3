package org.jccl;

import java.util.List;
import java.util.Objects;

/**
 * Runs the same program once per rank, on simulated or real devices: the front door for programs
 * whose ranks live in one JVM.
 *
 * <p>Rank r gets device r of the backend, a control plane inside this JVM, and a communicator over
 * all ranks; the program starts on no rank before all have opened theirs. The first rank that fails
 * aborts the communicators of the others and takes its place out of the control plane, so that
 * nobody waits for it.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="ranks"}
 */
public final class Ranks {
  private Ranks() {}

  /**
   * {@link #run(Backend, int, CommunicatorConfig, List, RankProgram)} with defaults.
   *
   * @param backend the backend
   * @param worldSize number of ranks
   * @param program what every rank runs
   */
  public static void run(Backend backend, int worldSize, RankProgram program) {
    run(backend, worldSize, List.of(), program);
  }

  /**
   * {@link #run(Backend, int, CommunicatorConfig, List, RankProgram)} with arguments.
   *
   * @param backend the backend
   * @param worldSize number of ranks
   * @param args arguments of the program
   * @param program what every rank runs
   */
  public static void run(Backend backend, int worldSize, List<String> args, RankProgram program) {
    run(backend, worldSize, CommunicatorConfig.defaults(), args, program);
  }

  /**
   * Runs {@code program} on every rank and returns when all ranks are done and their communicators
   * closed.
   *
   * <p>If the calling thread is interrupted, the ranks are interrupted and aborted; the call then
   * throws with the thread's interrupt flag set.
   *
   * @param backend the backend
   * @param worldSize number of ranks
   * @param config how the communicator is opened
   * @param args what {@link Rank#args()} gives
   * @param program what every rank runs
   * @throws IllegalArgumentException if {@code worldSize} is less than 1 or more than the backend
   *     has devices
   * @throws RanksFailedException if any rank failed: in opening, running or closing
   */
  public static void run(
      Backend backend,
      int worldSize,
      CommunicatorConfig config,
      List<String> args,
      RankProgram program) {
    Objects.requireNonNull(program, "program");
    int devices = backend.devices().size();
    if (worldSize < 1) {
      throw new IllegalArgumentException("world size " + worldSize + " is not positive");
    }
    if (worldSize > devices) {
      throw new IllegalArgumentException(
          worldSize
              + " ranks need "
              + worldSize
              + " devices, and backend "
              + backend.name()
              + " has "
              + devices
              + ": run fewer ranks, or open a backend with more devices");
    }
    new RankRun(backend, worldSize, config, args, program).run();
  }

  /**
   * Runs {@code program} as one rank in this process; the other ranks run in others, as the members
   * of {@code group}. Opens the communicator before and closes it after; if the program fails, the
   * communicator is aborted first, so that this rank does not wait for the others.
   *
   * @param group the ranks; stays open
   * @param device this rank's device
   * @param config how the communicator is opened
   * @param args what {@link Rank#args()} gives
   * @param program what this rank runs
   * @throws Exception what the program throws
   */
  public static void run(
      ProcessGroup group,
      Device device,
      CommunicatorConfig config,
      List<String> args,
      RankProgram program)
      throws Exception {
    Communicator communicator = opened(group, device, config);
    boolean done = false;
    try {
      program.run(new RunningRank(device.backend(), communicator, group, List.copyOf(args)));
      done = true;
    } catch (Throwable failure) {
      tell(group, failure);
      throw failure;
    } finally {
      if (!done) {
        communicator.abort();
      }
      communicator.close();
    }
  }

  private static Communicator opened(ProcessGroup group, Device device, CommunicatorConfig config) {
    try {
      return Communicator.open(group, device, config);
    } catch (BackendUnavailableException agreed) {
      throw agreed; // all ranks have heard it, and may meet again
    } catch (RuntimeException | Error failure) {
      tell(group, failure);
      throw failure;
    }
  }

  /** The peers wait for this rank in vain, unless it is another one that is to blame. */
  private static void tell(ProcessGroup group, Throwable failure) {
    boolean isConsequence = group.lostMember().isPresent();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      isConsequence |= each instanceof CommunicatorAbortedException;
      isConsequence |= each instanceof CollectiveTimeoutException;
    }
    if (!isConsequence) {
      group.giveUp(CleanText.line(CleanText.of(failure)));
    }
  }
}
