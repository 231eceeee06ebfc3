package org.jccl.conformance.misuse;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;

/** SIM-23 to SIM-31 and SIM-63: memory and streams that an operation cannot use. */
final class BufferMisuses {
  private static final int COUNT = MisuseRank.COUNT;
  private static final int LONG = 1 << 16;
  private static final int SHIFT = 4096;

  private BufferMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        overlap(),
        inPlaceExchange(),
        tooShort(),
        nullBuffer(),
        otherDevice(),
        reuse(),
        freed(),
        overflow(),
        closedStream(),
        unwritten());
  }

  private static MisuseCase overlap() {
    return MisuseCase.of("SIM-23").misuse(r -> shifted(r, SHIFT)).neighbour(r -> shifted(r, LONG));
  }

  /** The receive range begins {@code shift} elements behind the send range. */
  private static void shifted(MisuseRank r, int shift) {
    long comm = r.openWarm();
    DeviceBuffer both = r.rising(2 * LONG, r.rank());
    DeviceBuffer in = both.slice(0, LONG);
    DeviceBuffer out = both.slice(shift, LONG);
    Stream s = r.stream();
    r.call("ncclAllReduce", () -> r.allReduce(in, out, LONG, comm, s));
    double[] right = new double[LONG];
    for (int i = 0; i < LONG; i++) {
      right[i] = 2.0 * i + 1;
    }
    r.expect(out, right);
  }

  private static MisuseCase inPlaceExchange() {
    return MisuseCase.of("SIM-24")
        .alsoShows("COL-18")
        .misuse(r -> exchange(r, true))
        .neighbour(r -> exchange(r, false));
  }

  private static void exchange(MisuseRank r, boolean inPlace) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(2 * LONG, r.rank() + 1);
    DeviceBuffer out = inPlace ? in : r.floats(2 * LONG, 0);
    Stream s = r.stream();
    r.call(
        "ncclAlltoAll",
        () ->
            r.abi()
                .allToAll(in.address(), out.address(), LONG, MisuseRank.FLOAT, comm, s.handle()));
    double[] right = new double[2 * LONG];
    for (int i = 0; i < right.length; i++) {
      right[i] = i < LONG ? 1 : 2;
    }
    r.expect(out, right);
  }

  private static MisuseCase tooShort() {
    return MisuseCase.of("SIM-25")
        .naming(0)
        .saying("4096")
        .misuse(r -> sum(r, r.rank() == 0 ? r.floats(COUNT, 1) : r.big(2), r.many()))
        .neighbour(r -> sum(r, r.big(r.rank() + 1), r.many()));
  }

  private static void sum(MisuseRank r, DeviceBuffer in, int count) {
    long comm = r.openWarm();
    DeviceBuffer out = r.big(0);
    Stream s = r.stream();
    r.call("ncclAllReduce", () -> r.allReduce(in, out, count, comm, s));
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase nullBuffer() {
    return MisuseCase.of("SIM-26")
        .naming(0)
        .misuse(r -> sumFrom(r, r.rank() != 0))
        .neighbour(r -> sumFrom(r, true));
  }

  private static void sumFrom(MisuseRank r, boolean memory) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    long address = memory ? in.address() : 0;
    Stream s = r.stream();
    r.call(
        "ncclAllReduce(0x" + Long.toHexString(memory ? 1 : 0) + "…)",
        () ->
            r.abi()
                .allReduce(
                    address,
                    out.address(),
                    COUNT,
                    MisuseRank.FLOAT,
                    MisuseRank.SUM,
                    comm,
                    s.handle()));
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase otherDevice() {
    return MisuseCase.of("SIM-27")
        .naming(0)
        .misuse(r -> sumOf(r, r.filled(r.device(1), DataType.FLOAT32, COUNT, r.rank() + 1)))
        .neighbour(r -> sumOf(r, r.floats(COUNT, r.rank() + 1)));
  }

  private static void sumOf(MisuseRank r, DeviceBuffer in) {
    long comm = r.openWarm();
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase reuse() {
    return MisuseCase.of("SIM-28")
        .naming(0)
        .misuse(r -> overwrite(r, true))
        .neighbour(r -> overwrite(r, false));
  }

  private static void overwrite(MisuseRank r, boolean otherStream) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    MemorySegment other = r.hostFloats(COUNT, 100);
    Stream s = r.stream();
    Stream t = otherStream ? r.stream() : s;
    if (r.rank() == 1) {
      r.barrier(); // Rank 0's operation cannot complete before.
    }
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    if (r.rank() == 0) {
      in.copyFrom(other, t);
      if (otherStream) {
        r.awaitIdle(t);
      }
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
  }

  private static MisuseCase freed() {
    return MisuseCase.of("SIM-29")
        .naming(0)
        .misuse(r -> free(r, false))
        .neighbour(r -> free(r, true));
  }

  private static void free(MisuseRank r, boolean waits) {
    long comm = r.openWarm();
    DeviceBuffer in = r.ncclFloats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    boolean early = r.rank() == 0 && !waits;
    if (r.rank() == 1 && !waits) {
      r.barrier();
    }
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    if (early) {
      r.memFree(in);
      r.barrier();
    }
    r.expectAll(out, COUNT, 3);
    if (!early) {
      r.memFree(in);
    }
  }

  private static MisuseCase overflow() {
    return MisuseCase.of("SIM-30")
        .ranks(1)
        .misuse(r -> copyOf(r, 1L << 61))
        .neighbour(r -> copyOf(r, COUNT));
  }

  private static void copyOf(MisuseRank r, long count) {
    long comm = r.open();
    DeviceBuffer in = r.filled(r.device(), DataType.FLOAT64, COUNT, 7);
    DeviceBuffer out = r.filled(r.device(), DataType.FLOAT64, COUNT, 0);
    Stream s = r.stream();
    r.call(
        "ncclAllReduce(" + count + " doubles)",
        () ->
            r.abi()
                .allReduce(
                    in.address(),
                    out.address(),
                    count,
                    DataType.FLOAT64.code(),
                    MisuseRank.SUM,
                    comm,
                    s.handle()));
    r.expectAll(out, COUNT, 7);
  }

  private static MisuseCase closedStream() {
    return MisuseCase.of("SIM-31")
        .ranks(1)
        .naming(0)
        .misuse(r -> copyOn(r, true))
        .neighbour(r -> copyOn(r, false));
  }

  private static void copyOn(MisuseRank r, boolean closed) {
    long comm = r.open();
    DeviceBuffer in = r.floats(COUNT, 7);
    DeviceBuffer out = r.floats(COUNT, 0);
    Stream s = r.stream();
    if (closed) {
      r.forget(s);
      s.close();
    }
    r.call("ncclAllReduce", () -> r.allReduce(in, out, COUNT, comm, s));
    r.expectAll(out, COUNT, 7);
  }

  private static MisuseCase unwritten() {
    return MisuseCase.of("SIM-63")
        .naming(1)
        .misuse(r -> readReduced(r, true))
        .neighbour(r -> readReduced(r, false));
  }

  /** Rank 0 alone receives the sum; {@code everywhere}, the other one looks at its buffer, too. */
  private static void readReduced(MisuseRank r, boolean everywhere) {
    long comm = r.openWarm();
    DeviceBuffer in = r.floats(COUNT, r.rank() + 1);
    DeviceBuffer out = r.unwritten(COUNT);
    Stream s = r.stream();
    r.call(
        "ncclReduce",
        () ->
            r.abi()
                .reduce(
                    in.address(),
                    out.address(),
                    COUNT,
                    MisuseRank.FLOAT,
                    MisuseRank.SUM,
                    0,
                    comm,
                    s.handle()));
    if (everywhere || r.rank() == 0) {
      r.expectAll(out, COUNT, 3);
    } else {
      r.awaitIdle(s);
    }
  }
}
