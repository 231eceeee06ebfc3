package org.jccl.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jccl.MemberAnswer;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.spi.Waiting;

/** A member that waits in the {@link GroupRendezvous} itself: a thread of this JVM. */
class LocalProcessGroup extends ProcessGroupBase {
  private final GroupRendezvous rendezvous;
  private final GroupParts parts;

  /** Its rank in the whole group. */
  private final int member;

  LocalProcessGroup(
      GroupRendezvous rendezvous, GroupParts parts, int rank, int worldSize, Duration timeout) {
    super(rank, worldSize, timeout);
    this.rendezvous = rendezvous;
    this.parts = parts;
    this.member = rank;
  }

  /** A part of {@code whole}, which has {@code name} among the parts. */
  private LocalProcessGroup(LocalProcessGroup whole, String name, int rank, int worldSize) {
    super(rank, worldSize, whole.timeout(), name);
    this.parts = whole.parts;
    this.member = whole.member;
    this.rendezvous = parts.enter(partId(), member, rank, worldSize);
  }

  @Override
  public final Optional<ProcessGroup> part(String name, int rank, int worldSize) {
    checkPart(rank, worldSize);
    String full = nameOfPart(name);
    LocalProcessGroup whole = this;
    return Optional.of(
        new LocalProcessGroup(this, full, rank, worldSize) {
          @Override
          public boolean spansProcesses() {
            return whole.spansProcesses();
          }

          @Override
          CompletableFuture<List<MemberAnswer>> askPart(
              long part, byte[] question, Duration within) {
            return whole.askPart(part, question, within);
          }
        });
  }

  @Override
  public final CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    return askPart(partId(), question, within);
  }

  /** Asks the members of a part of the group, where members can be asked at all. */
  CompletableFuture<List<MemberAnswer>> askPart(long part, byte[] question, Duration within) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  final List<byte[]> exchange(ControlCall call, byte[] payload, Duration limit) {
    GroupRendezvous.Round round = rendezvous.arrive(rank(), call, payload);
    try {
      if (!rendezvous.await(who(), round, limit)) {
        rendezvous.giveUp(rank(), call, limit);
      }
    } catch (InterruptedException cause) {
      rendezvous.failAll(
          ResultCode.REMOTE_ERROR,
          "rank " + rank() + " was interrupted while it waited in " + call);
      throw interrupted(call, cause);
    }
    List<byte[]> outcome = rendezvous.outcome(who(), rank(), round, call);
    Waiting.current().met();
    return outcome;
  }

  @Override
  public Optional<String> lostMember() {
    return Optional.ofNullable(rendezvous.lost());
  }

  @Override
  void outOfMemory(ControlCall call) {
    rendezvous.outOfMemory(rank(), call.toString());
  }

  @Override
  void leave() {
    String why = "has closed its process group";
    if (partId() == GroupParts.WHOLE) {
      rendezvous.leave(rank(), why);
      parts.leaveAll(member, why);
    } else {
      parts.leave(partId(), member, why);
    }
  }
}
