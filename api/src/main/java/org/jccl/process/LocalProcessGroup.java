package org.jccl.process;

import java.time.Duration;
import java.util.List;
import org.jccl.ResultCode;
import org.jccl.spi.Waiting;

/** A member that waits in the {@link GroupRendezvous} itself: a thread of this JVM. */
class LocalProcessGroup extends ProcessGroupBase {
  private final GroupRendezvous rendezvous;

  LocalProcessGroup(GroupRendezvous rendezvous, int rank, int worldSize, Duration timeout) {
    super(rank, worldSize, timeout);
    this.rendezvous = rendezvous;
  }

  @Override
  final List<byte[]> exchange(ControlCall call, byte[] payload, Duration limit) {
    GroupRendezvous.Round round = rendezvous.arrive(rank(), call, payload);
    try {
      if (!rendezvous.await(rank(), round, limit)) {
        rendezvous.giveUp(rank(), call, limit);
      }
    } catch (InterruptedException cause) {
      rendezvous.failAll(
          ResultCode.REMOTE_ERROR,
          "rank " + rank() + " was interrupted while it waited in " + call);
      throw interrupted(call, cause);
    }
    List<byte[]> outcome = rendezvous.outcome(rank(), round, call);
    Waiting.current().met();
    return outcome;
  }

  @Override
  void outOfMemory(ControlCall call) {
    rendezvous.outOfMemory(rank(), call.toString());
  }

  @Override
  void leave() {
    rendezvous.leave(rank(), "has closed its process group");
  }
}
