package org.jccl.process;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CollectiveTimeoutException;
import org.jccl.MemberAnswer;
import org.jccl.MemberVoice;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.spi.WaitQueue;
import org.jspecify.annotations.Nullable;

/** Any other rank of a TCP group: it tells rank 0 where it has come to and waits for the answer. */
final class TcpFollower extends ProcessGroupBase {
  /** How long rank 0 has to say who is missing, once this member's patience is over. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final TcpLink link;
  private final FollowerTalk talk;
  private final WaitQueue queue = new WaitQueue();
  private final List<byte[]> parts = new ArrayList<>();
  private @Nullable ControlCall awaited;
  private @Nullable GroupFailure failure;
  private volatile @Nullable String lost;
  private volatile boolean isLeaving;
  private volatile boolean hasFailed;

  private TcpFollower(TcpLink link, int rank, int worldSize, Duration timeout, String part) {
    super(rank, worldSize, timeout, part);
    this.link = link;
    this.talk = new FollowerTalk(link, partId(), worldSize);
  }

  /** A member of the whole group. */
  static TcpFollower of(TcpLink link, int rank, int worldSize, Duration timeout) {
    TcpFollower made = new TcpFollower(link, rank, worldSize, timeout, "");
    link.add(made);
    return made;
  }

  @Override
  public Optional<ProcessGroup> part(String name, int rank, int worldSize) {
    checkPart(rank, worldSize);
    TcpFollower made = new TcpFollower(link, rank, worldSize, timeout(), nameOfPart(name));
    link.add(made);
    byte[] place = ByteBuffer.allocate(2 * Integer.BYTES).putInt(rank).putInt(worldSize).array();
    link.send(Frame.Kind.ENTER, made.partId(), place);
    return Optional.of(made);
  }

  @Override
  List<byte[]> exchange(ControlCall call, byte[] payload, Duration limit) {
    boolean takesAll =
        call.operation() == ControlOperation.ALL_GATHER
            || (call.operation() == ControlOperation.GATHER && call.root() == rank());
    int expected = takesAll ? worldSize() : 1;
    queue.update(
        () -> {
          awaited = call;
          parts.clear();
          if (failure == null) {
            link.send(Frame.Kind.ARRIVE, call, payload);
          }
        });
    try {
      if (!await(call, expected, limit)) {
        byte[] waited = ByteBuffer.allocate(Long.BYTES).putLong(limit.toMillis()).array();
        link.send(Frame.Kind.GIVE_UP, call, waited);
        if (!await(call, expected, GRACE)) {
          String silent = "rank 0, through which all messages go, does not answer";
          queue.update(() -> failed(ResultCode.TIMEOUT, silent));
        }
      }
    } catch (InterruptedException cause) {
      String why = "was interrupted while it waited in " + call;
      link.send(Frame.Kind.LEAVE, call, Frame.bytes(why));
      queue.update(() -> failed(ResultCode.REMOTE_ERROR, "rank " + rank() + " " + why));
      throw interrupted(call, cause);
    }
    return outcome(call, expected);
  }

  private boolean await(ControlCall call, int expected, Duration limit)
      throws InterruptedException {
    return RealTime.await(
        queue, who() + call, () -> parts.size() == expected || failure != null, limit);
  }

  private List<byte[]> outcome(ControlCall call, int expected) {
    AtomicReference<@Nullable GroupFailure> broken = new AtomicReference<>();
    List<byte[]> result = new ArrayList<>();
    queue.update(
        () -> {
          awaited = null;
          if (parts.size() == expected) {
            result.addAll(parts);
          } else {
            broken.set(failure);
          }
        });
    GroupFailure reason = broken.get();
    if (reason != null) {
      throw reason.exception(who(), call);
    }
    return result;
  }

  @Override
  public boolean spansProcesses() {
    return true;
  }

  @Override
  public Optional<String> lostMember() {
    return Optional.ofNullable(lost);
  }

  @Override
  public void giveUp(String why) {
    hasFailed = true;
    link.send(Frame.Kind.FALL, partId(), Frame.bytes(why));
  }

  @Override
  public void answer(MemberVoice voice) {
    talk.answer(voice);
  }

  @Override
  public CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    return isLeaving && !link.isKept() ? super.ask(question, within) : talk.ask(question, within);
  }

  /** A frame came for this part. */
  void received(Frame frame) {
    if (frame.kind() == Frame.Kind.ASK
        || frame.kind() == Frame.Kind.ANSWER
        || frame.kind() == Frame.Kind.LAST) {
      talk.received(frame);
      return;
    }
    queue.update(
        () -> {
          switch (frame.kind()) {
            case RESULT -> {
              if (frame.call().equals(awaited)) {
                parts.add(frame.payload());
              } else {
                failed(ResultCode.INTERNAL_ERROR, "rank 0 answered " + frame.call());
              }
            }
            case FAILED -> {
              ByteBuffer payload = ByteBuffer.wrap(frame.payload());
              int code = payload.remaining() < Integer.BYTES ? -1 : payload.getInt();
              failed(ResultCode.of(code), Frame.text(payload));
            }
            case LOST -> lose(frame.text());
            default -> failed(ResultCode.INTERNAL_ERROR, "rank 0 sent a wrong " + frame.kind());
          }
        });
  }

  /** Nothing will come any more. */
  void ended(String why) {
    talk.ended();
    queue.update(
        () -> {
          if (failure == null) { // else rank 0 has said a last word
            lose(GroupRendezvous.ended(0, why));
          }
          failed(ResultCode.REMOTE_ERROR, "rank 0 " + why);
        });
  }

  private void lose(String who) {
    if (lost == null && !isLeaving && !hasFailed) {
      lost = who;
    }
  }

  @Override
  void outOfMemory(ControlCall call) {
    link.outOfMemory();
  }

  /** It broke down; who was first wins. */
  void fail(ResultCode code, String text) {
    queue.update(() -> failed(code, text));
  }

  private void failed(ResultCode code, String text) {
    if (failure == null) {
      failure = new GroupFailure(code, text);
    }
  }

  /** The failure of a joining that never got as far as a call. */
  static CollectiveTimeoutException late(int rank, int worldSize, String text) {
    return new CollectiveTimeoutException(
        "process group, rank " + rank + "/" + worldSize + ", join: " + text);
  }

  @Override
  void leave() {
    isLeaving = true;
    String why = "has closed its process group";
    if (partId() == GroupParts.WHOLE) {
      link.leave(talk, why);
    } else {
      link.leavePart(this, why);
    }
  }
}
