package org.jccl.conformance.misuse;

import static org.jccl.conformance.misuse.MisuseRank.COUNT;
import static org.jccl.conformance.misuse.MisuseRank.FLOAT;
import static org.jccl.conformance.misuse.MisuseRank.INT;
import static org.jccl.conformance.misuse.MisuseRank.SUM;

import java.util.List;
import java.util.stream.IntStream;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.ops.Operation;

/** SIM-09 to SIM-16: messages that do not match. */
final class PointToPointMisuses {
  private PointToPointMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        MisuseCase.of("SIM-09")
            .alsoShows("P2P-03")
            .naming(0, 1)
            .saying("4096", "8192")
            .pair((r, wrong) -> message(r, wrong ? COUNT : 2 * COUNT, 2 * COUNT, FLOAT)),
        MisuseCase.of("SIM-10")
            .naming(0, 1)
            .pair((r, wrong) -> message(r, COUNT, COUNT, wrong ? INT : FLOAT)),
        MisuseCase.of("SIM-11").saying("rank 0", "rank 1").pair(PointToPointMisuses::endAfterSend),
        MisuseCase.of("SIM-12").naming(0, 1).pair(PointToPointMisuses::exchange),
        MisuseCase.of("SIM-13").ranks(3).atLeast(2).naming(0, 1, 2).pair(PointToPointMisuses::ring),
        MisuseCase.of("SIM-14").ranks(1).pair((r, wrong) -> self(r, wrong ? 0 : COUNT)),
        MisuseCase.of("SIM-15")
            .ranks(1)
            .naming(0)
            .saying("4096", "8192")
            .pair((r, wrong) -> self(r, wrong ? 2 * COUNT : COUNT)),
        MisuseCase.of("SIM-16").naming(0, 1).pair(PointToPointMisuses::firstContact));
  }

  private static long warm(MisuseRank r) {
    long comm = r.open();
    r.warmUpExchange(comm);
    r.barrier();
    return comm;
  }

  /** From rank 0 to rank 1. */
  private static void message(MisuseRank r, int sent, int received, int receivedType) {
    long comm = warm(r);
    DeviceBuffer data = r.floats(2 * COUNT, r.rank() == 0 ? 5 : 0);
    Stream s = r.stream();
    if (r.rank() == 0) {
      r.send(data, sent, 1, comm, s);
    } else {
      r.op(Operation.RECV, data, data, received, receivedType, SUM, 0, comm, s);
    }
    r.expectAll(data, received, 5);
  }

  private static void endAfterSend(MisuseRank r, boolean wrong) {
    long comm = warm(r);
    DeviceBuffer data = r.floats(COUNT, r.rank() == 0 ? 5 : 0);
    Stream s = r.stream();
    if (r.rank() == 0) {
      r.send(data, COUNT, 1, comm, s);
    } else if (!wrong) {
      r.recv(data, COUNT, 0, comm, s);
    }
    r.destroy(comm);
    if (!wrong || r.rank() == 0) {
      r.expectAll(data, COUNT, 5);
    }
  }

  private static void exchange(MisuseRank r, boolean wrong) {
    long comm = warm(r);
    DeviceBuffer out = r.big(r.rank() + 1);
    DeviceBuffer in = r.big(0);
    Stream s = r.stream();
    r.maybeGrouped(
        !wrong,
        () -> {
          r.send(out, r.many(), r.peer(), comm, s);
          r.recv(in, r.many(), r.peer(), comm, s);
        });
    r.expectAll(in, COUNT, r.peer() + 1);
  }

  private static void ring(MisuseRank r, boolean wrong) {
    long comm = r.open();
    int next = (r.rank() + 1) % r.size();
    int before = (r.rank() + r.size() - 1) % r.size();
    DeviceBuffer out = r.big(r.rank() + 1);
    DeviceBuffer in = r.big(0);
    Stream s = r.stream();
    Runnable send = () -> r.send(out, r.many(), next, comm, s);
    Runnable receive = () -> r.recv(in, r.many(), before, comm, s);
    if (wrong) {
      r.group(send);
      r.group(receive);
    } else {
      r.group(
          () -> {
            send.run();
            receive.run();
          });
    }
    r.expectAll(in, COUNT, before + 1);
  }

  /** Sends to itself; receives unless {@code received} is 0. */
  private static void self(MisuseRank r, int received) {
    long comm = r.open();
    DeviceBuffer out = r.rising(2 * COUNT, 1);
    DeviceBuffer in = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    r.group(
        () -> {
          r.send(out, COUNT, 0, comm, s);
          if (received > 0) {
            r.recv(in, received, 0, comm, s);
          }
        });
    r.expect(in, IntStream.rangeClosed(1, received).asDoubleStream().toArray());
  }

  /** An exchange that is legal once connected: one side grouped, the other not. */
  private static void firstContact(MisuseRank r, boolean wrong) {
    long comm = r.open();
    DeviceBuffer out = r.floats(1, r.rank() + 1);
    DeviceBuffer in = r.floats(1, 0);
    Stream s = r.stream();
    if (wrong && r.rank() == 1) {
      r.recv(in, 1, r.peer(), comm, s);
      r.send(out, 1, r.peer(), comm, s);
    } else {
      r.group(
          () -> {
            r.send(out, 1, r.peer(), comm, s);
            r.recv(in, 1, r.peer(), comm, s);
          });
    }
    r.expect(in, r.peer() + 1);
  }
}
