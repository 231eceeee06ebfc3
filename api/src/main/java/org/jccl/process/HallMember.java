package org.jccl.process;

import java.time.Duration;
import java.util.List;
import org.jccl.ResultCode;

/** A member that waits in the {@link Hall} itself: a thread of this JVM. */
class HallMember extends Member {
  private final Hall hall;

  HallMember(Hall hall, int rank, int worldSize, Duration timeout) {
    super(rank, worldSize, timeout);
    this.hall = hall;
  }

  @Override
  final List<byte[]> meet(Step step, byte[] payload, Duration limit) {
    Hall.Round round = hall.arrive(rank(), step, payload);
    try {
      if (!hall.await(rank(), round, limit)) {
        hall.giveUp(rank(), step, limit);
      }
    } catch (InterruptedException cause) {
      hall.breakDown(
          ResultCode.REMOTE_ERROR,
          "rank " + rank() + " was interrupted while it waited in " + step);
      throw interrupted(step, cause);
    }
    return hall.outcome(rank(), round, step);
  }

  @Override
  void leave() {
    hall.leave(rank(), "has closed its process group");
  }
}
