package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.nio.IntBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.WorkFailedException;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.WorldRank;

/** Work of the program's own on streams (chapter 7 of the rule book). */
final class WorkRules extends Suite {
  private static final int MANY = 200;
  private static final int LAUNCHES = 3;

  /** Adds {@code by} to the first integer of {@code to}. */
  private static void add(Stream stream, DeviceBuffer to, int by) {
    stream.run(
        Work.named("add " + by).writes(to),
        memory -> memory.ints(to).put(0, memory.ints(to).get(0) + by));
  }

  @Example
  @Needs(upTo = 4)
  public void required_STR_32_workHasItsPlaceAmongOperations(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    DeviceBuffer y = rank.zeros(DataType.INT32, 1);
    for (int i = 0; i < MANY; i++) {
      comm.allReduce(x, x, ReduceOp.MAX, stream); // so much before it that early would show
    }
    comm.allReduce(x, x, ReduceOp.SUM, stream);
    stream.run(
        Work.named("double").reads(x).writes(y),
        memory -> memory.ints(y).put(0, 2 * memory.ints(x).get(0)));
    comm.allReduce(y, y, ReduceOp.SUM, stream);
    stream.run(Work.named("clear").writes(x), memory -> memory.ints(x).put(0, 0));
    stream.synchronize();
    rank.expect("the sum behind the work", y, 2.0 * n * n);
    rank.expect("what the work has cleared", x, 0);
  }

  @Example
  public void required_STR_32_workIsOrderedByEventsAndRunsOnce(WorldRank rank) throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Stream one = rank.newStream();
    Stream two = rank.newStream();
    Event event = rank.newEvent();
    DeviceBuffer x = rank.zeros(DataType.INT32, 2);
    DeviceBuffer y = rank.zeros(DataType.INT32, 2);
    for (int i = 0; i < MANY; i++) {
      one.run(Work.named("counts"), memory -> runs.incrementAndGet());
      add(one, x, 1);
    }
    event.record(one);
    two.waitFor(event);
    y.copyFrom(x, two);
    add(two, y.slice(1, 1), 7);
    two.completion().get();
    rank.expect("what was copied behind the work", y, MANY, 7);
    rank.check(runs.get() == MANY, "the body ran " + runs + " times, expected " + MANY);
    one.run(Work.named("nothing").reads(x.slice(1, 0)).writes(y.slice(2, 0)), body(x));
    one.synchronize();
    rank.check(one.isIdle(), "the stream is not idle behind work that was waited for");
  }

  private static WorkBody body(DeviceBuffer x) {
    return memory -> {
      if (memory.of(x.slice(0, 0)).byteSize() != 0) {
        throw new AssertionError("memory of no bytes has some");
      }
    };
  }

  @Example
  @Expects(reports = MisuseKind.UNDECLARED_ACCESS)
  public void required_STR_33_otherMemoryIsRefused(WorldRank rank) {
    Stream stream = rank.communicator().defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1, 2, 3);
    DeviceBuffer y = rank.memory(DataType.INT32, 4, 5, 6);
    stream.run(
        Work.named("reaches too far").reads(x.slice(0, 2)).writes(y),
        memory -> {
          try {
            memory.of(x);
          } catch (CollectiveException refused) {
            return; // it is told all the same
          }
        });
    rank.expectThrown(
        "the wait", CollectiveException.class, stream::synchronize, "reaches too far");
    stream.synchronize();
  }

  @Example
  public void required_STR_33_declaredMemoryIsGiven(WorldRank rank) {
    Stream stream = rank.communicator().defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1, 2, 3, 4);
    DeviceBuffer y = rank.memory(DataType.INT64, 5, 6);
    AtomicInteger readOnly = new AtomicInteger();
    stream.run(
        Work.named("parts").reads(x, y.slice(0, 1)).writes(x.slice(1, 2), y),
        memory -> {
          readOnly.addAndGet(memory.of(x).isReadOnly() ? 1 : 0);
          readOnly.addAndGet(memory.of(x.slice(0, 1)).isReadOnly() ? 10 : 0);
          readOnly.addAndGet(memory.of(x.slice(1, 2)).isReadOnly() ? 100 : 0);
          IntBuffer middle = memory.ints(x.slice(1, 2));
          middle.put(0, memory.ints(x).get(3) * 10);
          // Ranges that overlap share their bytes: the whole shows what was put into a
          // part.
          middle.put(1, memory.of(x).get(JAVA_INT, 4) + 1);
          memory.longs(y).put(1, memory.longs(y.slice(0, 1)).get(0) + 1);
        });
    stream.synchronize();
    rank.expect("what was written in part", x, 1, 40, 41, 4);
    rank.expect("what was read and written", y, 5, 6);
    rank.check(readOnly.get() == 11, "what may be changed: " + readOnly + ", expected 11");
  }

  @Example
  @Expects(reports = MisuseKind.HOST_FUNCTION)
  public void required_STR_34_aBodyCallsNobody(WorldRank rank) {
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    refused(rank, "a wait", stream::synchronize);
    refused(rank, "a copy", () -> x.copyTo(new int[1]));
    refused(rank, "an operation", () -> comm.allReduce(x, ReduceOp.SUM));
    refused(rank, "an allocation", () -> rank.device().allocate(DataType.INT8, 1).close());
    refused(rank, "a meeting", () -> rank.processGroup().barrier(PATIENCE));
    stream.run(
        Work.named("asks").writes(x),
        memory -> memory.ints(x).put(0, comm.rank() + comm.worldSize() + 41));
    stream.synchronize();
    rank.expect("what a body may ask", x, 42);
  }

  private static void refused(WorldRank rank, String what, Runnable call) {
    Stream stream = rank.communicator().defaultStream();
    AtomicInteger thrown = new AtomicInteger();
    stream.run(
        Work.named(what),
        memory -> {
          try {
            call.run();
          } catch (CollectiveException refused) {
            thrown.incrementAndGet();
          }
        });
    rank.expectThrown(
        "the wait behind " + what, CollectiveException.class, stream::synchronize, what);
    rank.check(thrown.get() == 1, what + " inside a body was not refused");
    stream.synchronize();
  }

  @Example
  public void required_STR_35_aBodyThatThrowsIsToldOnce(WorldRank rank) throws Exception {
    Stream stream = rank.communicator().defaultStream();
    DeviceBuffer x = rank.zeros(DataType.INT32, 1);
    stream.run(Work.named("breaks"), WorkRules::breaks);
    boolean early = isTold(rank, () -> add(stream, x, 3));
    if (early) {
      add(stream, x, 3);
    }
    boolean late = isTold(rank, stream::synchronize);
    rank.check(early != late, "told " + (early ? "twice" : "never"));
    stream.synchronize();
    rank.expect("what ran behind it", x, 3);
    stream.run(Work.named("breaks"), WorkRules::breaks);
    rank.check(failsIn(stream), "the future does not fail");
  }

  /** Whether a call throws what a body has thrown: that of a wait, or an earlier one. */
  private static boolean isTold(WorldRank rank, Runnable call) {
    try {
      call.run();
      return false;
    } catch (WorkFailedException told) {
      String words = String.valueOf(told.getMessage());
      boolean tells = words.contains("breaks") && words.contains("on purpose");
      rank.check(tells, "the failure says neither work nor reason: " + words);
      return true;
    }
  }

  private static void breaks(Object memory) {
    throw new IllegalStateException("on purpose");
  }

  private static boolean failsIn(Stream stream) throws Exception {
    try {
      stream.completion().get();
      stream.synchronize();
      return false;
    } catch (WorkFailedException told) {
      return true;
    } catch (ExecutionException failed) {
      return failed.getCause() instanceof WorkFailedException;
    }
  }

  @Example
  @Needs(upTo = 3)
  public void required_STR_37_capturedWorkRunsAtEachLaunch(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    AtomicInteger runs = new AtomicInteger();
    Stream other = rank.newStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    comm.allReduce(x, x, ReduceOp.MAX, stream); // connect before the capture
    stream.synchronize();
    stream.beginCapture();
    stream.run(
        Work.named("triples").reads(x).writes(x),
        memory -> {
          runs.incrementAndGet();
          memory.ints(x).put(0, 3 * memory.ints(x).get(0));
        });
    comm.allReduce(x, x, ReduceOp.SUM, stream);
    try (Graph graph = stream.endCapture()) {
      rank.check(runs.get() == 0, "the body ran at the capture");
      for (int i = 0; i < LAUNCHES; i++) {
        graph.launch(other);
      }
      other.synchronize();
    }
    rank.expect("after the launches", x, Math.pow(3.0 * n, LAUNCHES));
    rank.check(runs.get() == LAUNCHES, "the body ran " + runs + " times");
  }

  @Example
  public void required_STR_37_capturedWorkForksAndJoins(WorldRank rank) {
    Stream one = rank.newStream();
    Stream two = rank.newStream();
    Event fork = rank.newEvent();
    Event join = rank.newEvent();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    DeviceBuffer y = rank.memory(DataType.INT32, 1);
    one.beginCapture();
    add(one, x, 1);
    fork.record(one);
    two.waitFor(fork);
    two.run(
        Work.named("other").reads(x).writes(y),
        memory -> memory.ints(y).put(0, memory.ints(y).get(0) + memory.ints(x).get(0)));
    join.record(two);
    one.waitFor(join);
    add(one, x, 1);
    try (Graph graph = one.endCapture()) {
      graph.launch(one);
      graph.launch(two);
      one.synchronize();
      two.synchronize();
    }
    rank.expect("the stream of the capture", x, 5);
    rank.expect("the stream that joined", y, 1 + 2 + 4);
  }
}
