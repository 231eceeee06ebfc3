package org.jccl.conformance.misuse;

import java.util.List;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;

/** SIM-09 to SIM-16: messages that do not match. */
final class PointToPointMisuses {
  private static final int COUNT = MisuseRank.COUNT;

  private PointToPointMisuses() {}

  static List<MisuseCase> rows() {
    return List.of(
        length(), type(), unmatched(), ungrouped(), cycle(), lonelySelf(), selfLength(), shape());
  }

  private static long warm(MisuseRank r) {
    long comm = r.open();
    r.warmUpExchange(comm);
    r.barrier();
    return comm;
  }

  private static MisuseCase length() {
    return MisuseCase.of("SIM-09")
        .alsoShows("P2P-03")
        .naming(0, 1)
        .saying("4096", "8192")
        .misuse(r -> message(r, COUNT, 2 * COUNT, MisuseRank.FLOAT))
        .neighbour(r -> message(r, 2 * COUNT, 2 * COUNT, MisuseRank.FLOAT));
  }

  /** From rank 0 to rank 1. */
  private static void message(MisuseRank r, int sent, int received, int receivedType) {
    long comm = warm(r);
    DeviceBuffer data = r.floats(2 * COUNT, r.rank() == 0 ? 5 : 0);
    Stream s = r.stream();
    if (r.rank() == 0) {
      r.call("ncclSend(" + sent + ")", () -> r.send(data, sent, 1, comm, s));
    } else {
      r.call(
          "ncclRecv(" + received + ", type " + receivedType + ")",
          () -> r.abi().recv(data.address(), received, receivedType, 0, comm, s.handle()));
    }
    r.expectAll(data, received, 5);
  }

  private static MisuseCase type() {
    return MisuseCase.of("SIM-10")
        .naming(0, 1)
        .misuse(r -> message(r, COUNT, COUNT, MisuseRank.INT))
        .neighbour(r -> message(r, COUNT, COUNT, MisuseRank.FLOAT));
  }

  private static MisuseCase unmatched() {
    return MisuseCase.of("SIM-11")
        .saying("rank 0", "rank 1")
        .misuse(r -> endAfterSend(r, false))
        .neighbour(r -> endAfterSend(r, true));
  }

  private static void endAfterSend(MisuseRank r, boolean matched) {
    long comm = warm(r);
    DeviceBuffer data = r.floats(COUNT, r.rank() == 0 ? 5 : 0);
    Stream s = r.stream();
    if (r.rank() == 0) {
      r.call("ncclSend", () -> r.send(data, COUNT, 1, comm, s));
    } else if (matched) {
      r.call("ncclRecv", () -> r.recv(data, COUNT, 0, comm, s));
    }
    r.destroy(comm);
    if (matched || r.rank() == 0) {
      r.expectAll(data, COUNT, 5);
    }
  }

  private static MisuseCase ungrouped() {
    return MisuseCase.of("SIM-12")
        .naming(0, 1)
        .misuse(r -> exchange(r, false))
        .neighbour(r -> exchange(r, true));
  }

  private static void exchange(MisuseRank r, boolean grouped) {
    long comm = warm(r);
    DeviceBuffer out = r.big(r.rank() + 1);
    DeviceBuffer in = r.big(0);
    Stream s = r.stream();
    Runnable calls =
        () -> {
          r.call("ncclSend", () -> r.send(out, r.many(), r.peer(), comm, s));
          r.call("ncclRecv", () -> r.recv(in, r.many(), r.peer(), comm, s));
        };
    if (grouped) {
      r.group(calls);
    } else {
      calls.run();
    }
    r.expectAll(in, COUNT, r.peer() + 1);
  }

  private static MisuseCase cycle() {
    return MisuseCase.of("SIM-13")
        .ranks(3)
        .atLeast(2)
        .naming(0, 1, 2)
        .misuse(r -> ring(r, false))
        .neighbour(r -> ring(r, true));
  }

  private static void ring(MisuseRank r, boolean grouped) {
    long comm = r.open();
    int next = (r.rank() + 1) % r.size();
    int before = (r.rank() + r.size() - 1) % r.size();
    DeviceBuffer out = r.big(r.rank() + 1);
    DeviceBuffer in = r.big(0);
    Stream s = r.stream();
    Runnable send = () -> r.call("ncclSend", () -> r.send(out, r.many(), next, comm, s));
    Runnable receive = () -> r.call("ncclRecv", () -> r.recv(in, r.many(), before, comm, s));
    if (grouped) {
      r.group(
          () -> {
            send.run();
            receive.run();
          });
    } else {
      r.group(send);
      r.group(receive);
    }
    r.expectAll(in, COUNT, before + 1);
  }

  private static MisuseCase lonelySelf() {
    return MisuseCase.of("SIM-14")
        .ranks(1)
        .misuse(r -> self(r, COUNT, 0))
        .neighbour(r -> self(r, COUNT, COUNT));
  }

  /** Sends to itself; receives unless {@code received} is 0. */
  private static void self(MisuseRank r, int sent, int received) {
    long comm = r.open();
    DeviceBuffer out = r.rising(2 * COUNT, 1);
    DeviceBuffer in = r.floats(2 * COUNT, 0);
    Stream s = r.stream();
    r.group(
        () -> {
          r.call("ncclSend(" + sent + ")", () -> r.send(out, sent, 0, comm, s));
          if (received > 0) {
            r.call("ncclRecv(" + received + ")", () -> r.recv(in, received, 0, comm, s));
          }
        });
    double[] right = new double[received];
    for (int i = 0; i < received; i++) {
      right[i] = i + 1.0;
    }
    r.expect(in, right);
  }

  private static MisuseCase selfLength() {
    return MisuseCase.of("SIM-15")
        .ranks(1)
        .naming(0)
        .saying("4096", "8192")
        .misuse(r -> self(r, COUNT, 2 * COUNT))
        .neighbour(r -> self(r, COUNT, COUNT));
  }

  private static MisuseCase shape() {
    return MisuseCase.of("SIM-16")
        .naming(0, 1)
        .misuse(r -> firstContact(r, r.rank() == 1))
        .neighbour(r -> firstContact(r, false));
  }

  /** An exchange that is legal once connected: one side grouped, the other not. */
  private static void firstContact(MisuseRank r, boolean ungrouped) {
    long comm = r.open();
    DeviceBuffer out = r.floats(1, r.rank() + 1);
    DeviceBuffer in = r.floats(1, 0);
    Stream s = r.stream();
    if (ungrouped) {
      r.call("ncclRecv", () -> r.recv(in, 1, r.peer(), comm, s));
      r.call("ncclSend", () -> r.send(out, 1, r.peer(), comm, s));
    } else {
      r.group(
          () -> {
            r.call("ncclSend", () -> r.send(out, 1, r.peer(), comm, s));
            r.call("ncclRecv", () -> r.recv(in, 1, r.peer(), comm, s));
          });
    }
    r.expect(in, r.peer() + 1);
  }
}
