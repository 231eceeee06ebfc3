package org.jccl.process;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ResultCode;
import org.jccl.spi.WaitQueue;
import org.jspecify.annotations.Nullable;

/** Any other rank of a TCP group: it tells rank 0 where it has come to and waits for the answer. */
final class TcpFollower extends Member implements Link.Listener {
  /** How long rank 0 has to say who is missing, once this member's patience is over. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Link link;
  private final WaitQueue queue = new WaitQueue();
  private final List<byte[]> parts = new ArrayList<>();
  private @Nullable Step awaited;
  private @Nullable Breakdown breakdown;

  TcpFollower(Link link, int rank, int worldSize, Duration timeout) {
    super(rank, worldSize, timeout);
    this.link = link;
  }

  @Override
  List<byte[]> meet(Step step, byte[] payload, Duration limit) {
    boolean takesAll =
        step.act() == Act.ALL_GATHER || (step.act() == Act.GATHER && step.root() == rank());
    int expected = takesAll ? worldSize() : 1;
    queue.update(
        () -> {
          awaited = step;
          parts.clear();
          if (breakdown == null) {
            link.send(frame(Frame.Kind.ARRIVE, step, payload));
          }
        });
    try {
      if (!await(step, expected, limit)) {
        byte[] waited = ByteBuffer.allocate(Long.BYTES).putLong(limit.toMillis()).array();
        link.send(frame(Frame.Kind.GIVE_UP, step, waited));
        if (!await(step, expected, GRACE)) {
          String silent = "rank 0, through which all messages go, does not answer";
          queue.update(() -> fail(ResultCode.TIMEOUT, silent));
        }
      }
    } catch (InterruptedException cause) {
      String why = "was interrupted while it waited in " + step;
      link.send(frame(Frame.Kind.LEAVE, step, Frame.bytes(why)));
      queue.update(() -> fail(ResultCode.REMOTE_ERROR, "rank " + rank() + " " + why));
      throw interrupted(step, cause);
    }
    return outcome(step, expected);
  }

  private boolean await(Step step, int expected, Duration limit) throws InterruptedException {
    return RealTime.await(
        queue, who() + step, () -> parts.size() == expected || breakdown != null, limit);
  }

  private List<byte[]> outcome(Step step, int expected) {
    AtomicReference<@Nullable Breakdown> broken = new AtomicReference<>();
    List<byte[]> result = new ArrayList<>();
    queue.update(
        () -> {
          awaited = null;
          if (parts.size() == expected) {
            result.addAll(parts);
          } else {
            broken.set(breakdown);
          }
        });
    Breakdown reason = broken.get();
    if (reason != null) {
      throw reason.exception(rank(), worldSize(), step);
    }
    return result;
  }

  @Override
  public void received(Frame frame) {
    queue.update(
        () -> {
          switch (frame.kind()) {
            case RESULT -> {
              if (frame.step().equals(awaited)) {
                parts.add(frame.payload());
              } else {
                fail(ResultCode.INTERNAL_ERROR, "rank 0 answered " + frame.step());
              }
            }
            case FAILED -> {
              ByteBuffer payload = ByteBuffer.wrap(frame.payload());
              int code = payload.remaining() < Integer.BYTES ? -1 : payload.getInt();
              fail(ResultCode.of(code), Frame.text(payload));
            }
            default -> fail(ResultCode.INTERNAL_ERROR, "rank 0 sent a wrong " + frame.kind());
          }
        });
  }

  @Override
  public void ended(String why) {
    queue.update(() -> fail(ResultCode.REMOTE_ERROR, "rank 0 " + why));
  }

  private void fail(ResultCode code, String text) {
    if (breakdown == null) {
      breakdown = new Breakdown(code, text);
    }
  }

  private Frame frame(Frame.Kind kind, Step step, byte[] payload) {
    return new Frame(kind, rank(), worldSize(), step, payload);
  }

  /** The failure of a joining that never got as far as a step. */
  static CollectiveTimeoutException late(int rank, int worldSize, String text) {
    return new CollectiveTimeoutException(
        "process group, rank " + rank + "/" + worldSize + ", join: " + text);
  }

  @Override
  void leave() {
    byte[] why = Frame.bytes("has closed its process group");
    link.send(Frame.of(Frame.Kind.LEAVE, rank(), worldSize(), why));
    Link.end(List.of(link));
  }
}
