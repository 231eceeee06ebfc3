package org.jccl.conformance.liars;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;

/** What each {@link Liar} does. */
final class Lies {
  static final Lie SWAPS_ROOTS = altering(Lies::swapRoots);
  static final Lie DROPS_THE_TAIL = altering(Lies::dropTail);
  static final Lie DROPS_LONG_TAILS = altering(call -> call.count() > 3 ? dropTail(call) : call);
  static final Lie SUMS_INSTEAD_OF_MAX = replacing(ReduceOp.MAX, ReduceOp.SUM);
  static final Lie AVERAGES_WITHOUT_DIVIDING = replacing(ReduceOp.AVG, ReduceOp.SUM);
  static final Lie IGNORES_SCALARS =
      altering(call -> call.op() instanceof PreMulSum ? call.withOp(ReduceOp.SUM) : call);
  static final Lie IGNORES_THE_STREAM =
      altering(
          call ->
              call.operation() == Operation.ALL_REDUCE
                  ? call.withStream(call.by().defaultStream())
                  : call);
  static final Lie DELIVERS_A_STALE_BLOCK = surrounding(Lies::keepLastBlock);
  static final Lie FORGETS_IN_PLACE = surrounding(Lies::reduceElsewhere);
  static final Lie WRITES_PAST_THE_END = surrounding(Lies::writeOnePast);
  static final Lie SPOILS_THE_SEND_BUFFER = surrounding(Lies::spoilSend);
  static final Lie DIFFERS_ON_ONE_RANK = surrounding(Lies::changeLastRank);
  static final Lie NEVER_COMES =
      surrounding(
          (call, honest) -> {
            boolean missing = call.worldSize() > 1 && call.isLastRank();
            if (call.operation() != Operation.ALL_REDUCE || !missing) {
              honest.accept(call);
            }
          });
  static final Lie SWAPS_MESSAGES =
      new Lie() {
        @Override
        public boolean rearranges() {
          return true;
        }

        @Override
        public List<Told> rearrange(List<Told> calls) {
          return swapFirstTwoSends(calls);
        }
      };

  private Lies() {}

  private static Lie altering(UnaryOperator<Told> lie) {
    return new Lie() {
      @Override
      public Told alter(Told call) {
        return lie.apply(call);
      }
    };
  }

  private static Lie replacing(ReduceOp wanted, ReduceOp given) {
    return altering(call -> call.op() == wanted ? call.withOp(given) : call);
  }

  /** Something before or after an honest call. */
  private interface Surrounding {
    void make(Told call, Consumer<Told> honest);
  }

  private static Lie surrounding(Surrounding lie) {
    return new Lie() {
      @Override
      public void around(Told call, Consumer<Told> honest) {
        lie.make(call, honest);
      }
    };
  }

  private static Told swapRoots(Told call) {
    if (call.operation() != Operation.BROADCAST) {
      return call;
    }
    int other = (call.rootOrPeer() + 1) % call.worldSize();
    // The neighbour sends what it happens to have.
    boolean mustSend = call.rank() == other && call.send() == null;
    return (mustSend ? call.withSend(call.recv()) : call).withRoot(other);
  }

  private static Told dropTail(Told call) {
    DeviceBuffer send = call.send();
    DeviceBuffer recv = call.recv();
    if (call.operation() != Operation.ALL_REDUCE || send == null || recv == null) {
      return call;
    }
    long fewer = Math.max(0, Math.min(send.count(), recv.count()) - 1);
    return call.withSend(send.slice(0, fewer)).withRecv(recv.slice(0, fewer));
  }

  private static void keepLastBlock(Told call, Consumer<Told> honest) {
    DeviceBuffer recv = call.recv();
    if (call.operation() != Operation.ALL_GATHER || recv == null || call.isLastRank()) {
      honest.accept(call);
      return;
    }
    long count = call.count();
    DeviceBuffer last = recv.slice((call.worldSize() - 1) * count, count);
    try (DeviceBuffer before = call.by().device().allocate(call.type(), count)) {
      before.copyFrom(last, call.stream());
      honest.accept(call);
      last.copyFrom(before, call.stream());
      call.stream().synchronize();
    }
  }

  private static void reduceElsewhere(Told call, Consumer<Told> honest) {
    if (call.operation() != Operation.ALL_REDUCE || !call.isInPlace()) {
      honest.accept(call);
      return;
    }
    try (DeviceBuffer nowhere = call.by().device().allocate(call.type(), call.count())) {
      honest.accept(call.withRecv(nowhere));
      call.stream().synchronize();
    }
  }

  private static void writeOnePast(Told call, Consumer<Told> honest) {
    honest.accept(call);
    DeviceBuffer recv = call.received();
    if (recv != null && !call.operation().hasPeer()) {
      long end = recv.address() + recv.bytes();
      call.by().device().memory().fill(end, (byte) 0x77, recv.type().bytes(), call.stream());
    }
  }

  private static void spoilSend(Told call, Consumer<Told> honest) {
    honest.accept(call);
    DeviceBuffer send = call.send();
    boolean outOfPlace = call.operation() == Operation.ALL_REDUCE && !call.isInPlace();
    if (send != null && outOfPlace && call.count() > 0) {
      send.fill((byte) 0x77, call.stream());
    }
  }

  private static void changeLastRank(Told call, Consumer<Told> honest) {
    honest.accept(call);
    DeviceBuffer recv = call.received();
    if (recv != null && call.isLastRank() && call.worldSize() > 1) {
      recv.slice(recv.count() - 1, 1).fill((byte) 0x11, call.stream());
    }
  }

  private static List<Told> swapFirstTwoSends(List<Told> calls) {
    List<Told> swapped = new ArrayList<>(calls);
    int first = -1;
    for (int i = 0; i < swapped.size(); i++) {
      Told call = swapped.get(i);
      if (call.operation() != Operation.SEND) {
        continue;
      }
      if (first < 0) {
        first = i;
      } else if (isAlike(swapped.get(first), call)) {
        DeviceBuffer other = swapped.get(first).send();
        swapped.set(first, swapped.get(first).withSend(call.send()));
        swapped.set(i, call.withSend(other));
        break;
      }
    }
    return swapped;
  }

  private static boolean isAlike(Told one, Told other) {
    Stream stream = one.stream();
    return one.rootOrPeer() == other.rootOrPeer()
        && one.count() == other.count()
        && stream == other.stream();
  }
}
