package org.jccl.conformance.concurrency;

import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jccl.sim.comm.ThreadGuardProgram;
import org.jccl.sim.math.WorkCrewProgram;
import org.jccl.spi.GroupRecordingProgram;

/** What is explored: a program, and how its classes are broken, if they are. */
enum Scenario {
  BATON(BatonProgram.class),
  RANKS(RankProgram.class),
  WORK_CREW(WorkCrewProgram.class),
  MEETING(MeetingProgram.class),
  GROUP_RECORDING(GroupRecordingProgram.class),
  THREAD_GUARD(ThreadGuardProgram.class),

  BATON_WITHOUT_ITS_LOCK(
      BatonProgram.class, classes -> classes.withoutLocks("org.jccl.sim.kernel.Baton")),
  RANKS_WHOSE_BATON_IS_LAID_DOWN_UNSEEING(
      RankProgram.class,
      classes ->
          classes.with("org.jccl.sim.kernel.Baton", ArrayDeque.class, "isEmpty", "seesNobody")),
  WORK_CREW_THAT_CLAIMS_IN_TWO_STEPS(
      WorkCrewProgram.class,
      classes ->
          classes.with(
              "org.jccl.sim.math.WorkCrew$Job",
              AtomicLongArray.class,
              "compareAndExchange",
              "compareThenSet")),
  MEETING_WITHOUT_ITS_LOCK(
      MeetingProgram.class,
      classes ->
          classes
              .withoutLocks("org.jccl.spi.WaitQueue")
              .with("org.jccl.spi.WaitQueue", Set.class, "add", "addLate")),
  GROUP_RECORDING_OF_ALL_THREADS(
      GroupRecordingProgram.class,
      classes -> classes.with("org.jccl.spi.GroupRecording", ThreadLocal.class, "get", "ofAll")),
  THREAD_GUARD_THAT_FORGETS_WHO_GOES(
      ThreadGuardProgram.class,
      classes ->
          classes.with(
              "org.jccl.sim.comm.ThreadGuard", AtomicReference.class, "getPlain", "nobody"));

  private final Class<? extends Runnable> program;
  private final UnaryOperator<ChangedClasses> change;
  private final boolean broken;

  Scenario(Class<? extends Runnable> program) {
    this.program = program;
    this.change = UnaryOperator.identity();
    this.broken = false;
  }

  Scenario(Class<? extends Runnable> program, UnaryOperator<ChangedClasses> breaking) {
    this.program = program;
    this.change = breaking;
    this.broken = true;
  }

  /** Whether its classes are broken, so that a run must fail. */
  boolean isBroken() {
    return broken;
  }

  /** Explores it in that many runs; {@code failed} ends the JVM. For those of {@link FrayJvm}. */
  void explore(int runs, Consumer<Throwable> failed) {
    Exploration.explore(runs, change.apply(new ChangedClasses()).programs(program), failed);
  }
}
