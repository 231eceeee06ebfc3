package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.HOST_BLOCKED;
import static org.jccl.MisuseKind.HOST_FUNCTION;
import static org.jccl.MisuseKind.UNDECLARED_ACCESS;
import static org.jccl.MisuseKind.UNINITIALIZED_DATA;
import static org.jccl.programs.Lab.PLAIN;
import static org.jccl.programs.Lab.ints;

import java.nio.IntBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work of programs on streams that does what it must not, beside work that does not. */
@Timeout(60)
class WorkMisuseTest {
  private static final int RANKS = 3;
  private static final int SEEDS = 12;

  /** One rank's part: what it has, and whether it does the wrong thing. */
  private record Part(
      Rank rank, boolean wrong, Stream s, Stream t, DeviceBuffer a, DeviceBuffer b, Event event) {
    Communicator comm() {
      return rank.communicator();
    }

    Work add() {
      return Work.named("add").reads(a).writes(b).takes(5);
    }

    WorkBody adds() {
      return memory -> {
        IntBuffer sum = memory.ints(b);
        sum.put(0, sum.get(0) + memory.ints(a).get(0));
      };
    }

    /** The stream {@code later} waits for {@code earlier}, if this is right. */
    void orders(Stream earlier, Stream later) {
      if (!wrong) {
        event.record(earlier);
        later.waitFor(event);
      }
    }
  }

  @FunctionalInterface
  private interface Body {
    void run(Part part) throws Exception;
  }

  private static RankProgram program(boolean wrong, Body body) {
    return rank -> {
      try (Stream s = rank.device().newStream();
          Stream t = rank.device().newStream();
          Event event = rank.device().newEvent();
          DeviceBuffer a = ints(rank, 1);
          DeviceBuffer b = ints(rank, 1)) {
        body.run(new Part(rank, wrong && rank.rank() == 1, s, t, a, b, event));
        s.synchronize();
        t.synchronize();
      }
    };
  }

  /** In every schedule rank 1 is reported with its line, and nobody without the mistake. */
  private static ReportedMisuse found(MisuseKind kind, Body body) {
    ReportedMisuse report = PLAIN.finds(kind, RANKS, program(true, body));
    for (long seed = 0; seed <= SEEDS; seed++) {
      ReportedMisuse same =
          seed == 0 ? report : Lab.seeded(seed).finds(kind, RANKS, program(true, body));
      assertThat(same.ranks()).containsExactly(1);
      assertThat(same).hasMessageContaining("\"add\"").hasMessageContaining("WorkMisuseTest.java");
    }
    legal(body);
    return report;
  }

  private static void legal(Body body) {
    PLAIN.accepts(RANKS, program(false, body));
    for (long seed = 1; seed <= SEEDS; seed++) {
      Lab.seeded(seed).accepts(RANKS, program(false, body));
    }
  }

  // ---------------------------------------------------------------- races

  @Test
  void work_readsWhatAnOperationWritesOnAnotherStream() {
    ReportedMisuse report =
        found(
            BUFFER_REUSE,
            part -> {
              part.comm().allReduce(part.a, part.a, ReduceOp.SUM, part.s);
              part.orders(part.s, part.t);
              part.t.run(part.add(), part.adds());
            });
    assertThat(report).hasMessageContaining("all_reduce").hasMessageContaining("work \"add\"");
    assertThat(report.getMessage().lines().filter(line -> line.contains("WorkMisuseTest.java")))
        .hasSize(2);
  }

  @Test
  void work_writesWhatAnOperationReadsOnAnotherStream() {
    found(
        BUFFER_REUSE,
        part -> {
          part.t.run(part.add(), part.adds());
          part.orders(part.t, part.s);
          part.comm().allReduce(part.b, part.a.slice(0, 1), ReduceOp.SUM, part.s);
          part.orders(part.s, part.t);
        });
  }

  @Test
  void work_racesWithWork() {
    found(
        BUFFER_REUSE,
        part -> {
          part.s.run(part.add(), part.adds());
          part.orders(part.s, part.t);
          part.t.run(part.add(), part.adds());
        });
  }

  @Test
  void work_racesWithACopyOfAGraph() {
    found(
        BUFFER_REUSE,
        part -> {
          part.s.beginCapture();
          part.s.run(part.add(), part.adds());
          try (Graph graph = part.s.endCapture()) {
            graph.launch(part.s);
            part.orders(part.s, part.t);
            part.a.copyFrom(part.b, part.t);
            part.s.synchronize();
            part.t.synchronize();
          }
        });
  }

  @Test
  void work_ofTwoStreams_mayReadTheSame() {
    legal(
        part -> {
          part.s.run(Work.named("one").reads(part.a), memory -> memory.ints(part.a).get(0));
          part.t.run(Work.named("two").reads(part.a), memory -> memory.ints(part.a).get(0));
        });
  }

  @Test
  void memory_isFreedUnderWork() {
    found(
        BUFFER_FREED,
        part -> {
          DeviceBuffer more = ints(part.rank, 1);
          part.s.run(Work.named("add").writes(more), memory -> memory.ints(more).put(0, 1));
          if (!part.wrong) {
            part.s.synchronize();
          }
          more.close();
        });
  }

  @Test
  void memory_isFreedUnderAGraphWithWork() {
    found(
        BUFFER_FREED,
        part -> {
          DeviceBuffer more = ints(part.rank, 1);
          part.s.beginCapture();
          part.s.run(Work.named("add").writes(more), memory -> memory.ints(more).put(0, 1));
          try (Graph graph = part.s.endCapture()) {
            graph.launch(part.s);
            part.s.synchronize();
            if (part.wrong) {
              more.close();
            }
            graph.launch(part.s);
            part.s.synchronize();
          }
          more.close();
        });
  }

  @Test
  void report_showsPriorities() {
    Body races =
        part -> {
          try (Stream first = part.rank.device().newStream(-2)) {
            assertThat(first.priority()).isEqualTo(-2);
            first.run(part.add(), part.adds());
            part.orders(first, part.s);
            part.s.run(part.add(), part.adds());
            first.synchronize();
          }
        };
    assertThat(found(BUFFER_REUSE, races)).hasMessageContaining("(priority -2)");
  }

  // ---------------------------------------------------------------- what is declared

  @Test
  void body_usesWhatItDoesNotDeclare() {
    found(
        UNDECLARED_ACCESS,
        part ->
            part.s.run(
                Work.named("add").reads(part.a).writes(part.b),
                memory -> memory.ints(part.wrong ? longer(part.b) : part.b).put(0, 2)));
  }

  private static DeviceBuffer longer(DeviceBuffer some) {
    return DeviceBuffer.wrap(some.device(), some.type(), some.address(), some.count() + 1);
  }

  @Test
  void body_catchesThatItDoesNotDeclare() {
    found(
        UNDECLARED_ACCESS,
        part ->
            part.s.run(
                Work.named("add").writes(part.b),
                memory -> {
                  try {
                    memory.of(part.wrong ? part.a : part.b);
                  } catch (RuntimeException ignored) {
                    memory.ints(part.b).put(0, 1);
                  }
                }));
  }

  @Test
  void body_writesWhatItOnlyReads() {
    found(
        UNDECLARED_ACCESS,
        part -> {
          Work add = Work.named("add").reads(part.a);
          part.s.run(
              part.wrong ? add : add.writes(part.a), memory -> memory.ints(part.a).put(0, 7));
        });
    found(
        UNDECLARED_ACCESS,
        part -> {
          Work add = Work.named("add").reads(part.a);
          part.s.run(
              part.wrong ? add : add.writes(part.a), memory -> memory.of(part.a).fill((byte) 7));
        });
  }

  @Test
  void body_readsWhatNobodyHasWritten() {
    for (boolean wrong : new boolean[] {true, false}) {
      Body body =
          part -> {
            try (DeviceBuffer more = part.rank.device().allocate(DataType.INT32, 4)) {
              if (!part.wrong) {
                more.slice(0, 1).fill((byte) 0, part.s); // a part is enough
              }
              part.s.run(Work.named("add").reads(more), memory -> memory.ints(more).get(0));
              part.s.synchronize();
            }
          };
      if (wrong) {
        ReportedMisuse report = Lab.FULL.finds(UNINITIALIZED_DATA, RANKS, program(true, body));
        assertThat(report.ranks()).containsExactly(1);
      } else {
        Lab.FULL.accepts(RANKS, program(false, body));
      }
    }
  }

  @Test
  void output_isDefined() {
    legal(
        part -> {
          try (DeviceBuffer more = part.rank.device().allocate(DataType.INT32, 1)) {
            part.s.run(Work.named("add").writes(more), memory -> memory.ints(more).put(0, 3));
            part.s.synchronize();
            int[] read = new int[1];
            more.copyTo(read);
            assertThat(read).containsExactly(3);
          }
        });
  }

  @Test
  void memory_thatIsClosed_isRefused_alsoASliceOfIt() {
    for (boolean slice : new boolean[] {true, false}) {
      Body body =
          part -> {
            DeviceBuffer more = ints(part.rank, 4);
            DeviceBuffer used = slice ? more.slice(1, 2) : more;
            Work add = Work.named("add").reads(used);
            if (part.wrong) {
              more.close();
            }
            part.s.run(add, memory -> memory.ints(used).get(0));
            part.s.synchronize();
            more.close();
          };
      try (Simulator simulator = Simulator.builder().devices(RANKS).warnings(line -> {}).build()) {
        assertThat(failureOf(simulator, program(true, body)))
            .hasMessageContaining("IllegalStateException: work \"add\" uses a closed buffer")
            .hasMessageContaining("WorkMisuseTest.java");
      }
      legal(body);
    }
  }

  /** A body may share its work among threads, which are given the same memory. */
  @Test
  void body_worksInSeveralThreads() {
    legal(
        part -> {
          try (DeviceBuffer more = part.rank.device().allocate(DataType.INT32, 1_000)) {
            part.s.run(
                Work.named("add").reads(part.a).writes(more),
                memory -> {
                  int one = memory.ints(part.a).get(0);
                  IntBuffer all = memory.ints(more);
                  IntStream.range(0, all.limit()).parallel().forEach(i -> all.put(i, i + one));
                });
            part.s.synchronize();
            int[] read = new int[1_000];
            more.copyTo(read);
            assertThat(read[999]).isEqualTo(read[0] + 999);
          }
        });
  }

  // ---------------------------------------------------------------- graphs

  @Test
  void body_isWrongInTheSecondLaunchOfAGraph() {
    found(UNDECLARED_ACCESS, second(part -> memory -> memory.of(longer(part.b))));
    found(UNDECLARED_ACCESS, second(part -> memory -> memory.ints(part.a).put(0, 1)));
    found(HOST_FUNCTION, second(part -> memory -> part.comm().allReduce(part.a, ReduceOp.SUM)));
    thrown(second(part -> memory -> failsIf(0)));
  }

  @FunctionalInterface
  private interface Bodies {
    WorkBody of(Part part);
  }

  /** Its body is right in the first launch and does the wrong thing in the second. */
  private static Body second(Bodies wrong) {
    return part -> {
      AtomicInteger launches = new AtomicInteger();
      try (Stream first = part.rank.device().newStream(-1)) {
        first.beginCapture();
        first.run(
            part.add(),
            memory -> {
              if (launches.incrementAndGet() == 2 && part.wrong) {
                wrong.of(part).run(memory);
              }
            });
        try (Graph graph = first.endCapture()) {
          graph.launch(first);
          graph.launch(first);
          first.synchronize();
        }
      }
    };
  }

  @Test
  void work_isFoundAfterAnAbort() {
    found(
        BUFFER_REUSE,
        part -> {
          part.comm().abort();
          part.s.run(part.add(), part.adds());
          part.orders(part.s, part.t);
          part.t.run(part.add(), part.adds());
        });
    found(HOST_FUNCTION, called(part -> part.comm().abort()));
  }

  // ---------------------------------------------------------------- host functions

  @Test
  void body_callsACollective() {
    found(
        HOST_FUNCTION,
        part ->
            part.s.run(
                part.add(),
                memory -> {
                  if (part.wrong) {
                    part.comm().allReduce(part.a, part.a, ReduceOp.SUM, part.t);
                  }
                }));
  }

  @Test
  void body_callsOtherParts() {
    found(HOST_FUNCTION, called(part -> part.t.synchronize()));
    found(HOST_FUNCTION, called(part -> part.a.copyTo(new int[1])));
    found(HOST_FUNCTION, called(part -> ints(part.rank, 1).close()));
    found(HOST_FUNCTION, called(part -> part.event.record(part.t)));
    found(HOST_FUNCTION, called(part -> part.event.isReached()));
    found(HOST_FUNCTION, called(part -> part.rank.processGroup().barrier(Duration.ofMinutes(1))));
    found(HOST_FUNCTION, called(part -> part.t.run(part.add(), part.adds())));
  }

  private static Body called(Body call) {
    return part ->
        part.s.run(
            part.add(),
            memory -> {
              if (part.wrong) {
                call.run(part);
              }
            });
  }

  @Test
  void body_catchesThatItMayNotCall() {
    found(
        HOST_FUNCTION,
        part ->
            part.s.run(
                part.add(),
                memory -> {
                  try {
                    if (part.wrong) {
                      part.t.isIdle();
                    }
                  } catch (RuntimeException ignored) {
                    // the run fails all the same
                  }
                }));
  }

  @Test
  void body_mayAskForWhatItKnows() {
    legal(
        part ->
            part.s.run(
                part.add(),
                memory -> {
                  int place =
                      part.comm().rank() + part.a.device().index() + part.comm().worldSize();
                  memory.ints(part.b).put(0, place + (int) part.a.count());
                }));
  }

  // ---------------------------------------------------------------- the end of a body

  private static final Duration SHORT = Duration.ofMillis(300);

  private static final Body ENDLESS =
      part ->
          part.s.run(
              part.add(),
              memory -> {
                while (part.wrong) {
                  LockSupport.park();
                }
              });

  private static final Body BUSY =
      part ->
          part.s.run(
              part.add(),
              memory -> {
                for (long i = 0; part.wrong; i++) {
                  Thread.onSpinWait();
                }
              });

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED)
  void body_neverReturns() {
    for (Body body : new Body[] {ENDLESS, BUSY}) {
      try (Simulator simulator =
          Simulator.builder().devices(RANKS).stallLimit(SHORT).warnings(line -> {}).build()) {
        assertThat(failureOf(simulator, program(true, body)))
            .hasMessageContaining("HOST_BLOCKED")
            .hasMessageContaining("work \"add\"")
            .hasMessageContaining("WorkMisuseTest.java");
        assertThat(simulator.findings())
            .extracting(ReportedMisuse::kind)
            .containsExactly(HOST_BLOCKED);
      }
    }
  }

  @Test
  @Provokes(reports = MisuseKind.HOST_BLOCKED)
  void body_waitsForWhatComesLater() {
    try (Simulator simulator =
        Simulator.builder().devices(RANKS).stallLimit(SHORT).warnings(line -> {}).build()) {
      CountDownLatch latch = new CountDownLatch(1);
      Throwable failure =
          failureOf(
              simulator,
              program(
                  true,
                  part -> {
                    if (part.wrong) {
                      part.s.run(part.add(), memory -> latch.await());
                      part.t.run(Work.named("opens"), memory -> latch.countDown());
                      part.s.synchronize();
                    }
                  }));
      assertThat(failure).hasMessageContaining("HOST_BLOCKED").hasMessageContaining("\"add\"");
    }
  }

  private static Throwable failureOf(Simulator simulator, RankProgram program) {
    try {
      Ranks.run(simulator.backend(), RANKS, program);
    } catch (RuntimeException | AssertionError failure) {
      return failure;
    }
    throw new AssertionError("nothing has failed");
  }

  @Test
  void body_throws_whoeverWaits() {
    Body fails =
        part ->
            part.s.run(
                part.add(),
                memory -> {
                  if (part.wrong) {
                    memory.ints(part.b).put(0, 1 / (int) (part.a.count() - 1));
                  }
                });
    thrown(fails); // the end of the program waits for the stream
    thrown(
        part -> { // a peer waits for this rank meanwhile
          fails.run(part);
          part.s.synchronize();
          part.comm().allReduce(part.a, ReduceOp.SUM);
          part.comm().defaultStream().synchronize();
        });
    thrown(
        part -> { // it waits for an event of another stream
          fails.run(part);
          part.event.record(part.s);
          part.t.waitFor(part.event);
          part.event.record(part.t);
          part.event.synchronize();
          part.comm().allReduce(part.a, ReduceOp.SUM);
          part.comm().defaultStream().synchronize();
        });
    thrown(
        part -> { // it waits for a peer
          fails.run(part);
          part.rank.processGroup().barrier(Duration.ofMinutes(1));
        });
    thrown(
        part -> { // nobody waits at all
          part.comm().defaultStream().beginCapture();
          part.comm().defaultStream().run(Work.named("add"), memory -> failsIf(part.wrong ? 0 : 1));
          try (Graph graph = part.comm().defaultStream().endCapture()) {
            graph.launch(part.comm().defaultStream());
          }
        });
  }

  private static int failsIf(int zero) {
    return 1 / zero;
  }

  private static void thrown(Body body) {
    for (long seed = 0; seed <= SEEDS; seed++) {
      Simulator.Builder builder = Simulator.builder().devices(RANKS).warnings(line -> {});
      try (Simulator simulator = (seed == 0 ? builder : builder.seed(seed)).build()) {
        Throwable failure = failureOf(simulator, program(true, body));
        assertThat(failure)
            .hasMessageContaining("work \"add\"")
            .hasMessageContaining("/ by zero")
            .hasMessageContaining("WorkMisuseTest.java");
        assertThat(failure.getMessage()).containsOnlyOnce("failed: java.lang.ArithmeticException");
        assertThat(simulator.findings()).isEmpty();
      }
    }
    legal(body);
  }
}
