package org.jccl.conformance.planted;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;

/**
 * Six kinds of bugs, each of depth 1 to 4: first come, first served shows none of them. What goes
 * wrong happens only where so many answers or orders are the unlikely ones.
 */
public final class PlantedBugs {
  private static final int DEEPEST = 4;

  private PlantedBugs() {}

  /** {@return all of them, the planted ones first} */
  public static List<PlantedBug> all() {
    List<PlantedBug> all = new ArrayList<>();
    for (int depth = 1; depth <= DEEPEST; depth++) {
      int orders = depth;
      all.add(
          bug(
              "calls another collective where its sums were there at once",
              orders,
              otherCall(orders)));
      all.add(
          bug(
              "takes another root where its streams ended the other way round",
              orders,
              otherRoot(orders)));
      all.add(
          bug("the last rank leaves a call away where it comes first", orders, first(orders))
              .sharing());
      all.add(bug("sends less where its messages were taken at once", orders, shorter(orders)));
      all.add(bug("does not wait where it never had to", orders, hasty(orders)));
      all.add(bug("uses two communicators the other way round", orders, twoWays(orders)));
    }
    all.addAll(TrackerDeadlocks.all());
    return all;
  }

  /**
   * {@return those with a text in their name, their source or their depth}
   *
   * @param text a part of a name, or {@code depth 4}
   */
  public static List<PlantedBug> of(String text) {
    return all().stream()
        .filter(bug -> (bug.name() + " " + bug.source() + " depth " + bug.depth()).contains(text))
        .toList();
  }

  private static PlantedBug bug(String name, int depth, Supplier<RankProgram> program) {
    return PlantedBug.of(name, depth, 2, program);
  }

  /** Whether rank 1 has found each of so many sums finished right behind its call. */
  private static boolean findsFinished(Rank rank, DeviceBuffer buffer, int times) {
    Communicator comm = rank.communicator();
    boolean always = rank.rank() == 1;
    for (int i = 0; i < times; i++) {
      comm.allReduce(buffer, ReduceOp.MAX);
      if (rank.rank() == 1) {
        always &= comm.defaultStream().isIdle();
      }
      comm.defaultStream().synchronize();
    }
    return always;
  }

  private static DeviceBuffer buffer(Rank rank, int count) {
    DeviceBuffer made = rank.device().allocate(DataType.INT32, count);
    made.fill((byte) 0, rank.communicator().defaultStream());
    return made;
  }

  private static Supplier<RankProgram> otherCall(int orders) {
    return () ->
        rank -> {
          try (DeviceBuffer buffer = buffer(rank, 2)) {
            if (findsFinished(rank, buffer, orders)) {
              rank.communicator().broadcast(buffer, 0);
            } else {
              rank.communicator().allReduce(buffer, ReduceOp.SUM);
            }
            rank.communicator().defaultStream().synchronize();
          }
        };
  }

  private static Supplier<RankProgram> otherRoot(int orders) {
    return () ->
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer one = buffer(rank, 2);
              DeviceBuffer two = buffer(rank, 2);
              Stream other = rank.device().newStream();
              Event first = rank.device().newEvent();
              Event second = rank.device().newEvent()) {
            comm.defaultStream().synchronize();
            boolean always = rank.rank() == 1;
            for (int i = 0; i < orders && rank.rank() == 1; i++) {
              one.fill((byte) i, comm.defaultStream());
              first.record(comm.defaultStream());
              two.fill((byte) i, other);
              second.record(other);
              boolean secondIsThere = second.isReached();
              always &= secondIsThere && !first.isReached();
              comm.defaultStream().synchronize();
              other.synchronize();
            }
            comm.broadcast(one, always ? 1 : 0);
            comm.defaultStream().synchronize();
          }
        };
  }

  private static Supplier<RankProgram> first(int orders) {
    return () -> {
      List<AtomicInteger> tickets = new ArrayList<>();
      for (int i = 0; i < orders; i++) {
        tickets.add(new AtomicInteger());
      }
      return rank -> {
        Communicator comm = rank.communicator();
        try (DeviceBuffer buffer = buffer(rank, 2)) {
          boolean always = rank.rank() == rank.worldSize() - 1;
          for (AtomicInteger each : tickets) {
            comm.allReduce(buffer, ReduceOp.MAX);
            comm.defaultStream().synchronize();
            always &= each.getAndIncrement() == 0;
          }
          if (!always) {
            comm.allReduce(buffer, ReduceOp.SUM);
          }
          comm.defaultStream().synchronize();
        }
      };
    };
  }

  private static Supplier<RankProgram> shorter(int orders) {
    return () ->
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = buffer(rank, 2)) {
            boolean always = rank.rank() == 0;
            for (int i = 0; i < orders; i++) {
              if (rank.rank() == 0) {
                comm.send(buffer, 1);
                always &= comm.defaultStream().isIdle();
              } else {
                comm.recv(buffer, 0);
              }
              comm.defaultStream().synchronize();
            }
            if (rank.rank() == 0) {
              comm.send(always ? buffer.slice(0, 1) : buffer, 1);
            } else {
              comm.recv(buffer, 0);
            }
            comm.defaultStream().synchronize();
          }
        };
  }

  private static Supplier<RankProgram> hasty(int orders) {
    return () ->
        rank -> {
          Communicator comm = rank.communicator();
          DeviceBuffer spare = buffer(rank, 2);
          try (DeviceBuffer buffer = buffer(rank, 2)) {
            boolean neverWaits = findsFinished(rank, buffer, orders);
            comm.allReduce(spare, ReduceOp.SUM);
            if (!neverWaits) {
              comm.defaultStream().synchronize();
            }
            spare.close();
            comm.defaultStream().synchronize();
          }
        };
  }

  private static Supplier<RankProgram> twoWays(int orders) {
    return () ->
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer one = buffer(rank, 2);
              DeviceBuffer two = buffer(rank, 2)) {
            comm.defaultStream().synchronize();
            Communicator child = comm.split(0, rank.rank());
            if (findsFinished(rank, one, orders)) {
              child.allReduce(two, ReduceOp.SUM);
              comm.allReduce(one, ReduceOp.SUM);
            } else {
              comm.allReduce(one, ReduceOp.SUM);
              child.allReduce(two, ReduceOp.SUM);
            }
            comm.defaultStream().synchronize();
            child.defaultStream().synchronize();
            child.close();
          }
        };
  }
}
