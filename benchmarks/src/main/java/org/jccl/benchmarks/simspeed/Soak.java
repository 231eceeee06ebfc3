package org.jccl.benchmarks.simspeed;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.sim.Simulator;

/**
 * Makes calls, communicators and simulators for long, and looks at the heap after a garbage
 * collection ten times on the way: what is closed must leave nothing.
 */
public final class Soak {
  private static final int PARTS = 10;
  private static final int RANKS = 2;
  private static final int COUNT = 64;
  private static final int CALLS_BEFORE_A_WAIT = 16;

  /** The heap may grow by so much from the third part to the last: what a JVM takes by itself. */
  private static final long BOUND = 4L << 20;

  private final PrintStream out;
  private boolean flat = true;

  /** One that tells {@code out} what it sees. */
  public Soak(PrintStream out) {
    this.out = out;
  }

  /** The heap on the way through one kind of work. */
  private final class Course {
    private final String what;
    private final CheckLevel level;
    private final int total;
    private final long[] heap = new long[PARTS + 1];

    Course(String what, CheckLevel level, int total) {
      this.what = what;
      this.level = level;
      this.total = total;
    }

    void note(int done) {
      int each = Math.max(1, total / PARTS);
      if (done % each == 0 && done / each <= PARTS) {
        for (int i = 0; i < 3; i++) {
          System.gc();
        }
        Runtime jvm = Runtime.getRuntime();
        heap[done / each] = jvm.totalMemory() - jvm.freeMemory();
      }
    }

    void tell() {
      boolean grows = heap[PARTS] - heap[2] > BOUND;
      flat &= !grows;
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "%-8s %,10d %-14s MiB:", level, total, what));
      for (long bytes : heap) {
        line.append(String.format(Locale.ROOT, " %.1f", bytes / (double) (1 << 20)));
      }
      out.println(line.append(grows ? "  GROWS" : "  flat"));
    }
  }

  private static Simulator world(CheckLevel level) {
    return Simulator.builder().devices(RANKS).checks(level).warnings(line -> {}).build();
  }

  /** All of it at that level; whether the heap has stayed flat so far. */
  public boolean run(CheckLevel level, int operations, int communicators, int simulators) {
    operations(new Course("operations", level, operations));
    communicators(new Course("communicators", level, communicators));
    simulators(new Course("simulators", level, simulators));
    return flat;
  }

  private static void operations(Course course) {
    try (Simulator world = world(course.level)) {
      Ranks.run(world.backend(), RANKS, rank -> operations(course, rank));
    }
    course.tell();
  }

  private static void operations(Course course, Rank rank) {
    Communicator communicator = rank.communicator();
    try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, COUNT)) {
      buffer.fill((byte) 0, communicator.defaultStream());
      for (int done = 0; done <= course.total; done++) {
        if (rank.rank() == 0) {
          course.note(done);
        }
        communicator.allReduce(buffer, ReduceOp.SUM);
        if (done % CALLS_BEFORE_A_WAIT == 0) {
          communicator.defaultStream().synchronize();
        }
      }
      communicator.defaultStream().synchronize();
    }
  }

  private static void communicators(Course course) {
    try (Simulator world = world(course.level)) {
      Ranks.run(
          world.backend(),
          RANKS,
          rank -> {
            for (int done = 0; done <= course.total; done++) {
              if (rank.rank() == 0) {
                course.note(done);
              }
              try (Communicator child = rank.communicator().split(0, rank.rank())) {
                child.barrier();
                child.defaultStream().synchronize();
              }
            }
          });
    }
    course.tell();
  }

  private static void simulators(Course course) {
    for (int done = 0; done <= course.total; done++) {
      course.note(done);
      try (Simulator world = world(course.level)) {
        List<Communicator> ranks =
            world.backend().openAll(world.backend().devices(), CommunicatorConfig.defaults());
        ranks.forEach(Communicator::close);
      }
    }
    course.tell();
  }
}
