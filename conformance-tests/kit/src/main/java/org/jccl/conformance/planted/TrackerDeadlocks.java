package org.jccl.conformance.planted;

import java.time.Duration;
import java.util.List;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.explore.Variation;

/** What users have told the trackers of NCCL and its frameworks as hangs, as small programs. */
final class TrackerDeadlocks {
  private static final Duration LONG = Duration.ofMinutes(1);

  private TrackerDeadlocks() {}

  static List<PlantedBug> all() {
    return List.of(
        PlantedBug.told(
            "nccl #195",
            "communicators with a stream each, launched in the order in which streams are free",
            2,
            TrackerDeadlocks::ofFreeStreams),
        PlantedBug.told(
            "nccl #208",
            "two communicators on a GPU, used in different orders",
            2,
            rank -> twoCommunicators(rank, true, rank.rank() == 1)),
        PlantedBug.told(
            "nccl #522",
            "three communicators whose orders close a circle",
            3,
            TrackerDeadlocks::circle),
        PlantedBug.told(
            "nccl #584",
            "a send and a receive on two communicators, in opposite orders",
            2,
            TrackerDeadlocks::crossedMessages),
        PlantedBug.told(
            "nccl #592",
            "two communicators on one stream, in different orders",
            2,
            rank -> twoCommunicators(rank, false, rank.rank() == 1)),
        PlantedBug.told(
            "nccl #783", "both ranks send before they receive", 2, TrackerDeadlocks::bothSend),
        PlantedBug.told(
            "nccl #788",
            "an all-to-all of sends and receives, one side leaves empty parts away",
            2,
            TrackerDeadlocks::leavesEmptyAway),
        PlantedBug.told(
            "nccl #1013",
            "a rank leaves early, the others go on",
            3,
            TrackerDeadlocks::leavesEarly),
        PlantedBug.told(
            "nccl #582",
            "a rank fails before a creation",
            2,
            TrackerDeadlocks::failsBeforeCreation),
        PlantedBug.told(
                "rccl #2191",
                "three communicators on three streams, in one order, on devices that hold one kernel",
                2,
                TrackerDeadlocks::threeStreams)
            .varying(2, Variation.RESIDENT_KERNELS),
        PlantedBug.told(
            "pytorch #113281", "messages without another half", 3, TrackerDeadlocks::unmatched),
        PlantedBug.told(
            "nccl user guide, graphs",
            "two captured collectives, launched in different orders",
            2,
            TrackerDeadlocks::graphs),
        PlantedBug.told(
                "nccl #783",
                "the first message of a pair connects it, and the peer is elsewhere",
                2,
                TrackerDeadlocks::lazyConnection)
            .varying(1, Variation.CALLS_WAIT));
  }

  private static DeviceBuffer buffer(Rank rank) {
    DeviceBuffer made = rank.device().allocate(DataType.INT32, 2);
    made.fill((byte) 0, rank.communicator().defaultStream());
    rank.communicator().defaultStream().synchronize();
    return made;
  }

  private static void ofFreeStreams(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank);
        Communicator child = comm.split(0, rank.rank())) {
      comm.allReduce(one, ReduceOp.SUM);
      boolean isFree = comm.defaultStream().isIdle();
      comm.defaultStream().synchronize();
      if (isFree) {
        comm.allReduce(one, ReduceOp.SUM);
        child.allReduce(two, ReduceOp.SUM);
      } else {
        child.allReduce(two, ReduceOp.SUM);
        comm.allReduce(one, ReduceOp.SUM);
      }
      comm.defaultStream().synchronize();
      child.defaultStream().synchronize();
    }
  }

  private static void twoCommunicators(Rank rank, boolean ownStreams, boolean reversed) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank);
        Communicator child = comm.split(0, rank.rank())) {
      Stream stream = ownStreams ? child.defaultStream() : comm.defaultStream();
      if (reversed) {
        child.allReduce(two, ReduceOp.SUM, stream);
      }
      comm.allReduce(one, ReduceOp.SUM);
      if (!reversed) {
        child.allReduce(two, ReduceOp.SUM, stream);
      }
      comm.defaultStream().synchronize();
      stream.synchronize();
    }
  }

  private static void circle(Rank rank) {
    Communicator comm = rank.communicator();
    int me = rank.rank();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank)) {
      Communicator left = null;
      Communicator right = null;
      for (int pair = 0; pair < 3; pair++) { // pair k: ranks k and k + 1
        boolean isIn = me == pair || me == (pair + 1) % 3;
        Communicator made = null;
        if (isIn) {
          made = comm.split(0, me);
        } else {
          comm.splitNoColor();
        }
        left = me == pair ? made : left;
        right = isIn && me != pair ? made : right;
      }
      if (left != null && right != null) {
        left.allReduce(one, ReduceOp.SUM);
        right.allReduce(two, ReduceOp.SUM);
        left.defaultStream().synchronize();
        right.defaultStream().synchronize();
        left.close();
        right.close();
      }
    }
  }

  private static void crossedMessages(Rank rank) {
    Communicator comm = rank.communicator();
    int peer = 1 - rank.rank();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank);
        Communicator child = comm.split(0, rank.rank())) {
      if (rank.rank() == 0) {
        comm.recv(one, peer);
        comm.defaultStream().synchronize();
        child.send(two, peer);
      } else {
        child.recv(two, peer);
        child.defaultStream().synchronize();
        comm.send(one, peer);
      }
      comm.defaultStream().synchronize();
      child.defaultStream().synchronize();
    }
  }

  private static void bothSend(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank)) {
      comm.send(one, 1 - rank.rank());
      comm.recv(two, 1 - rank.rank());
      comm.defaultStream().synchronize();
    }
  }

  private static void leavesEmptyAway(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank)) {
      comm.group(
          calls -> {
            if (rank.rank() == 0) { // it has nothing for rank 1, which does not know
              calls.recv(two, 1, comm.defaultStream());
            } else {
              calls.send(one, 0, comm.defaultStream());
              calls.recv(two, 0, comm.defaultStream());
            }
          });
      comm.defaultStream().synchronize();
    }
  }

  private static void leavesEarly(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank)) {
      comm.allReduce(one, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      if (rank.rank() != 2) {
        comm.allReduce(one, ReduceOp.SUM);
        comm.defaultStream().synchronize();
      }
    }
  }

  private static void failsBeforeCreation(Rank rank) {
    if (rank.rank() == 1) {
      return; // it ran out of memory, and nobody was told
    }
    rank.communicator().split(0, rank.rank()).close();
  }

  private static void threeStreams(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank);
        DeviceBuffer three = buffer(rank);
        Communicator second = comm.split(0, rank.rank());
        Communicator third = comm.split(0, rank.rank())) {
      comm.allReduce(one, ReduceOp.SUM);
      second.allReduce(two, ReduceOp.SUM);
      third.allReduce(three, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      second.defaultStream().synchronize();
      third.defaultStream().synchronize();
    }
  }

  private static void unmatched(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank)) {
      switch (rank.rank()) {
        case 0 -> comm.recv(one, 1);
        case 1 -> comm.recv(one, 2);
        default -> {
          comm.send(one, 1);
          comm.send(one, 1);
        }
      }
      comm.defaultStream().synchronize();
    }
  }

  private static void graphs(Rank rank) {
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    try (DeviceBuffer one = buffer(rank);
        DeviceBuffer two = buffer(rank)) {
      stream.beginCapture();
      comm.allReduce(one, ReduceOp.SUM);
      try (Graph sum = stream.endCapture()) {
        stream.beginCapture();
        comm.broadcast(two, 0);
        try (Graph copy = stream.endCapture()) {
          (rank.rank() == 0 ? sum : copy).launch(stream);
          (rank.rank() == 0 ? copy : sum).launch(stream);
          stream.synchronize();
        }
      }
    }
  }

  private static void lazyConnection(Rank rank) {
    Communicator comm = rank.communicator();
    try (DeviceBuffer one = buffer(rank)) {
      if (rank.rank() == 0) {
        comm.send(one, 1);
        rank.processGroup().barrier(LONG);
      } else {
        rank.processGroup().barrier(LONG);
        comm.recv(one, 0);
      }
      comm.defaultStream().synchronize();
    }
  }
}
