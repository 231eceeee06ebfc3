package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.P2P_GROUP_SHAPE;
import static org.jccl.MisuseKind.P2P_LENGTH;
import static org.jccl.MisuseKind.P2P_TYPE;
import static org.jccl.MisuseKind.UNMATCHED_P2P;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ResultCode;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;

/** SIM-09 to SIM-16: messages. They go from {@link Scene#peer} to {@link Scene#odd}. */
final class MessageFamilies {
  /** Types of as many bytes, with elements of the second for one of the first. */
  private static final List<Map.Entry<DataType, DataType>> ALIKE =
      List.of(
          Map.entry(DataType.INT32, DataType.FLOAT32),
          Map.entry(DataType.INT64, DataType.FLOAT64),
          Map.entry(DataType.FLOAT16, DataType.BFLOAT16),
          Map.entry(DataType.INT64, DataType.INT32),
          Map.entry(DataType.INT8, DataType.UINT8),
          Map.entry(DataType.FLOAT32, DataType.INT8));

  private MessageFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-09", "length", P2P_LENGTH, 5, MessageFamilies::length),
        Family.of("SIM-09", "length in a ring", P2P_LENGTH, 2, MessageFamilies::ringLength)
            .without(Axis.GROUP),
        Family.of("SIM-10", "type", P2P_TYPE, ALIKE.size(), MessageFamilies::type),
        Family.of("SIM-11", "no partner", UNMATCHED_P2P, 5, MessageFamilies::unmatched)
            .or(MISSING_RANK, DEADLOCK),
        Family.of("SIM-11", "wrong peer", UNMATCHED_P2P, 2, MessageFamilies::wrongPeer)
            .or(DEADLOCK, MISSING_RANK)
            .fewest(3),
        Family.of("SIM-12", "exchange without a group", DEADLOCK, 2, MessageFamilies::exchange)
            .without(Axis.GROUP),
        Family.of("SIM-13", "circle", DEADLOCK, 3, MessageFamilies::circle)
            .fewest(3)
            .without(Axis.GROUP),
        Family.of("SIM-14", "half to oneself", ResultCode.INVALID_USAGE, 4, MessageFamilies::self)
            .without(Axis.GROUP),
        Family.of("SIM-15", "length to oneself", P2P_LENGTH, 3, MessageFamilies::selfLength)
            .without(Axis.GROUP),
        Family.of("SIM-16", "first contact", P2P_GROUP_SHAPE, 2, MessageFamilies::firstContact)
            .evenRanks()
            .without(Axis.GROUP));
  }

  /** Both ends of a message are guilty. */
  private static void pass(Scene s, Collectives c, DeviceBuffer sent, DeviceBuffer received) {
    if (s.isPeer()) {
      s.guilty(c).send(sent, s.odd(), s.stream());
    } else if (s.isOdd()) {
      s.guilty(c).recv(received, s.peer(), s.stream());
    }
  }

  private static void length(Scene s, boolean wrong) {
    DeviceBuffer data = s.floats(Scene.COUNT);
    DeviceBuffer shorter = data.slice(0, Scene.COUNT - 1);
    DeviceBuffer wide = s.filled(DataType.FLOAT64, Scene.COUNT);
    DeviceBuffer more = s.floats(Scene.COUNT);
    int way = s.way();
    s.issue(
        c -> {
          if (way == 2) { // the second message of two
            if (s.isPeer()) {
              c.send(more, s.odd(), s.stream());
            } else if (s.isOdd()) {
              c.recv(more, s.peer(), s.stream());
            }
          }
          boolean receiverErrs = way % 2 == 0;
          DeviceBuffer other = way == 3 ? wide : way == 4 ? data.slice(0, 0) : shorter;
          pass(s, c, wrong && !receiverErrs ? other : data, wrong && receiverErrs ? other : data);
        });
    s.settle();
  }

  private static void ringLength(Scene s, boolean wrong) {
    DeviceBuffer out = s.floats(Scene.COUNT);
    DeviceBuffer in = s.floats(Scene.COUNT);
    DeviceBuffer sent = wrong && s.isOdd() ? out.slice(1, Scene.COUNT - 1) : out;
    int next = s.next();
    int before = s.before();
    boolean receiver = before == s.odd();
    s.issue(
        c -> {
          if (s.way() == 0) {
            // In one line: a mark and its call are looked for at the same one.
            (s.isOdd() || receiver ? s.guilty(c) : c).sendRecv(sent, next, in, before, s.stream());
          } else {
            s.comm()
                .group(
                    g -> {
                      (receiver ? s.guilty(g) : g).recv(in, before, s.stream());
                      (s.isOdd() ? s.guilty(g) : g).send(sent, next, s.stream());
                    });
          }
        });
    s.settle();
  }

  private static void type(Scene s, boolean wrong) {
    Map.Entry<DataType, DataType> types = ALIKE.get(s.way());
    DeviceBuffer sent = s.filled(types.getKey(), 8);
    DeviceBuffer received = wrong ? sent.as(types.getValue()) : sent;
    s.issue(c -> pass(s, c, sent, received));
    s.settle();
  }

  /** The odd rank does not do its half. */
  private static void unmatched(Scene s, boolean wrong) {
    DeviceBuffer data = s.floats(Scene.COUNT);
    DeviceBuffer more = s.floats(Scene.COUNT);
    boolean halves = s.way() >= 3;
    if (wrong && s.isOdd()) {
      s.absent(Role.WAITS);
    }
    s.issue(
        c -> {
          if (halves && s.isPeer()) { // answered
            c.send(more, s.odd(), s.stream());
          } else if (halves && s.isOdd()) {
            c.recv(more, s.peer(), s.stream());
          }
          if (s.isPeer() && s.way() % 2 == 0) {
            s.guilty(c).send(data, s.odd(), s.stream());
          } else if (s.isPeer()) {
            s.guilty(c).recv(data, s.odd(), s.stream());
          } else if (s.isOdd() && !wrong && s.way() % 2 == 0) {
            c.recv(data, s.peer(), s.stream());
          } else if (s.isOdd() && !wrong) {
            c.send(data, s.peer(), s.stream());
          }
        });
    s.settle();
  }

  /** The odd rank expects a message from, or sends it to, somebody else. */
  private static void wrongPeer(Scene s, boolean wrong) {
    DeviceBuffer data = s.floats(Scene.COUNT);
    int stranger = 0;
    while (stranger == s.odd() || stranger == s.peer()) {
      stranger++;
    }
    int third = stranger;
    if (s.me() == third) {
      s.absent(Role.WAITS);
    }
    boolean odd = s.isOdd();
    int peer = wrong && odd ? third : odd ? s.peer() : s.odd();
    s.issue(
        c -> {
          if (odd || s.isPeer()) {
            if (odd == (s.way() == 0)) {
              s.guilty(c).recv(data, peer, s.stream());
            } else {
              s.guilty(c).send(data, peer, s.stream());
            }
          }
        });
    s.settle();
  }

  private static void exchange(Scene s, boolean wrong) {
    DeviceBuffer out = s.floats(Scene.MANY);
    DeviceBuffer in = s.floats(Scene.MANY);
    int other = s.isOdd() ? s.peer() : s.odd();
    Consumer<Collectives> calls =
        c -> {
          if (s.way() == 0) {
            s.guilty(c).send(out, other, s.stream());
            c.recv(in, other, s.stream());
          } else {
            s.guilty(c).recv(in, other, s.stream());
            c.send(out, other, s.stream());
          }
        };
    s.issue(
        c -> {
          if ((s.isOdd() || s.isPeer()) && wrong) {
            calls.accept(c);
          } else if (s.isOdd() || s.isPeer()) {
            s.comm().group(calls);
          }
        });
    s.settle();
  }

  private static void circle(Scene s, boolean wrong) {
    DeviceBuffer out = s.floats(Scene.MANY);
    DeviceBuffer in = s.floats(Scene.MANY);
    s.issue(
        c -> {
          if (!wrong) {
            c.sendRecv(out, s.next(), in, s.before(), s.stream());
          } else if (s.way() == 0) {
            s.guilty(c).send(out, s.next(), s.stream());
            c.recv(in, s.before(), s.stream());
          } else if (s.way() == 1) {
            s.comm().group(g -> s.guilty(g).send(out, s.next(), s.stream()));
            s.comm().group(g -> g.recv(in, s.before(), s.stream()));
          } else {
            s.guilty(c).recv(in, s.before(), s.stream());
            c.send(out, s.next(), s.stream());
          }
        });
    s.settle();
  }

  private static void self(Scene s, boolean wrong) {
    DeviceBuffer out = s.floats(Scene.COUNT);
    DeviceBuffer in = s.floats(2 * Scene.COUNT);
    if (!s.isOdd()) {
      return;
    }
    Communicator c = s.comm();
    s.guilty(c).group(g -> halves(s, g, out, in, wrong));
    s.settle();
  }

  private static void halves(
      Scene s, Collectives g, DeviceBuffer out, DeviceBuffer in, boolean wrong) {
    int me = s.me();
    if (s.way() != 1 || !wrong) {
      g.send(out, me, s.stream());
    }
    if (s.way() == 2) {
      g.send(out, me, s.stream());
      g.recv(in.slice(0, Scene.COUNT), me, s.stream());
    }
    if (s.way() == 1 || !wrong) {
      g.recv(in.slice(Scene.COUNT, Scene.COUNT), me, s.stream());
    }
  }

  private static void selfLength(Scene s, boolean wrong) {
    DeviceBuffer out = s.floats(Scene.COUNT);
    DeviceBuffer in = s.floats(Scene.COUNT);
    DeviceBuffer shorter = wrong ? in.slice(0, Scene.COUNT / 2) : in;
    if (!s.isOdd()) {
      return;
    }
    int me = s.me();
    s.issue(
        c -> {
          if (s.way() == 0) {
            s.guilty(c).sendRecv(out, me, shorter, me, s.stream());
          } else {
            s.comm()
                .group(
                    g -> {
                      s.guilty(g).send(s.way() == 1 ? out : shorter, me, s.stream());
                      s.guilty(g).recv(s.way() == 1 ? shorter : out, me, s.stream());
                    });
          }
        });
    s.settle();
  }

  /** An exchange of a pair, half the ranks apart, that never met: one side grouped alone. */
  private static void firstContact(Scene s, boolean wrong) {
    int other = (s.me() + s.size() / 2) % s.size();
    if (!s.isOdd() && other != s.odd()) {
      return;
    }
    DeviceBuffer out = s.floats(1);
    DeviceBuffer in = s.floats(1);
    boolean alone = wrong && s.isOdd() == (s.way() == 0);
    s.issue(
        c -> {
          if (alone) {
            s.guilty(c).recv(in, other, s.stream());
            c.send(out, other, s.stream());
          } else {
            s.comm()
                .group(
                    g -> {
                      s.guilty(g).send(out, other, s.stream());
                      g.recv(in, other, s.stream());
                    });
          }
        });
    s.settle();
  }
}
