package org.jccl.conformance.misuse;

import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;
import static org.jccl.conformance.misuse.MisuseRank.SUM;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.ops.Operation;

/** SIM-23 to SIM-31 and SIM-63: memory and streams that an operation cannot use. */
final class BufferMisuses {
  private static final int LONG = 1 << 16;
  private static final int SHIFT = 4096;

  private BufferMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-23").pair((r, wrong) -> shifted(r, wrong ? SHIFT : LONG)),
        MisuseCase.of("SIM-24").alsoShows("COL-18").pair(BufferMisuses::exchange),
        MisuseCase.of("SIM-25").naming(0).saying("4096").pair(BufferMisuses::tooShort),
        MisuseCase.of("SIM-26").naming(0).pair(BufferMisuses::nullBuffer),
        MisuseCase.of("SIM-27")
            .naming(0)
            .pair((r, wrong) -> r.sumOf(onDevice(r, wrong ? r.device(1) : r.device()), COUNT)),
        MisuseCase.of("SIM-28").naming(0).pair(BufferMisuses::overwrite),
        MisuseCase.of("SIM-29").naming(0).pair(BufferMisuses::free),
        MisuseCase.of("SIM-30").ranks(1).pair((r, wrong) -> copyOf(r, wrong ? 1L << 61 : COUNT)),
        MisuseCase.of("SIM-31").ranks(1).naming(0).pair(BufferMisuses::copyOn),
        MisuseCase.of("SIM-63").naming(1).pair(BufferMisuses::readReduced));
  }

  /** The receive range begins {@code shift} elements behind the send range. */
  private static void shifted(MisuseRank r, int shift) {
    long comm = r.openWarm();
    DeviceBuffer both = r.rising(2 * LONG, r.rank());
    DeviceBuffer out = both.slice(shift, LONG);
    r.sum(both.slice(0, LONG), out, LONG, comm, r.stream());
    r.expect(out, IntStream.range(0, LONG).mapToDouble(i -> 2.0 * i + 1).toArray());
  }

  private static void exchange(MisuseRank r, boolean inPlace) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(2 * LONG, r.rank() + 1);
    DeviceBuffer out = inPlace ? in : r.floats(2 * LONG, 0);
    r.op(Operation.ALL_TO_ALL, in, out, LONG, FLOAT, SUM, 0, comm, r.stream());
    r.expect(out, IntStream.range(0, 2 * LONG).mapToDouble(i -> i < LONG ? 1 : 2).toArray());
  }

  private static DeviceBuffer onDevice(MisuseRank r, Device device) {
    return r.filled(device, DataType.FLOAT32, COUNT, r.rank() + 1);
  }

  private static void tooShort(MisuseRank r, boolean wrong) {
    DeviceBuffer in = wrong && r.rank() == 0 ? r.floats(COUNT, 1) : r.big(r.rank() + 1);
    r.sumOf(in, r.many());
  }

  private static void nullBuffer(MisuseRank r, boolean wrong) {
    DeviceBuffer none = DeviceBuffer.wrap(r.device(), DataType.FLOAT32, 0, COUNT);
    r.sumOf(wrong && r.rank() == 0 ? none : r.mine(), COUNT);
  }

  private static void overwrite(MisuseRank r, boolean otherStream) {
    long comm = r.openWarm();
    DeviceBuffer in = r.mine();
    DeviceBuffer out = r.floats(COUNT, 0);
    MemorySegment other = r.hostFloats(COUNT, 100);
    Stream s = r.stream();
    Stream t = otherStream ? r.stream() : s;
    if (r.rank() == 1) {
      r.barrier(); // Rank 0's operation cannot complete before.
    }
    r.sum(in, out, COUNT, comm, s);
    if (r.rank() == 0) {
      in.copyFrom(other, t);
      if (otherStream) {
        r.awaitIdle(t);
      }
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
  }

  private static void free(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer in = r.ncclFloats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    boolean early = r.rank() == 0 && wrong;
    if (r.rank() == 1 && wrong) {
      r.barrier();
    }
    r.sum(in, out, COUNT, comm, r.stream());
    if (early) {
      r.memFree(in);
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
    if (!early) {
      r.memFree(in);
    }
  }

  private static void copyOf(MisuseRank r, long count) {
    long comm = r.open();
    DeviceBuffer in = r.filled(r.device(), DataType.FLOAT64, COUNT, 7);
    DeviceBuffer out = r.filled(r.device(), DataType.FLOAT64, COUNT, 0);
    int type = DataType.FLOAT64.code();
    r.op(Operation.ALL_REDUCE, in, out, count, type, SUM, 0, comm, r.stream());
    r.expectAll(out, COUNT, 7);
  }

  private static void copyOn(MisuseRank r, boolean closed) {
    long comm = r.open();
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (closed) {
      r.forget(s);
      s.close();
    }
    r.sum(r.floats(COUNT, 7), out, COUNT, comm, s);
    r.expectAll(out, COUNT, 7);
  }

  /** Rank 0 alone receives the sum; if it is wrong, the other one looks at its buffer, too. */
  private static void readReduced(MisuseRank r, boolean wrong) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.unwritten(COUNT);
    Stream s = r.stream();
    r.call(
        "ncclReduce",
        () -> r.abi().reduce(in.address(), out.address(), COUNT, FLOAT, SUM, 0, comm, s.handle()));
    if (wrong || r.rank() == 0) {
      r.expectAll(out, COUNT, 3);
    } else {
      r.awaitIdle(s);
    }
  }
}
