package org.jccl.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ResultCode;

/**
 * A member's connection to rank 0: gives each frame to the part of the group that it is for, and
 * its end to all of them.
 */
final class TcpLink implements TcpConnection.Listener {
  private final TcpConnection connection;
  private final int member;
  private final int worldSize;
  private final Map<Long, TcpFollower> parts = new HashMap<>();

  TcpLink(TcpConnection connection, int member, int worldSize) {
    this.connection = connection;
    this.member = member;
    this.worldSize = worldSize;
  }

  /** From now on frames of the part come to {@code follower}. */
  void add(TcpFollower follower) {
    synchronized (parts) {
      parts.put(follower.partId(), follower);
    }
  }

  void send(Frame.Kind kind, ControlCall call, byte[] payload) {
    connection.send(new Frame(kind, member, worldSize, call, payload));
  }

  void send(Frame.Kind kind, long part, byte[] payload) {
    connection.send(Frame.of(kind, part, member, worldSize, payload));
  }

  /** Outside any call: a question or an answer, under that number. */
  void talk(Frame.Kind kind, long part, long number, byte[] payload) {
    connection.send(Frame.talk(kind, part, number, member, worldSize, payload));
  }

  /** A part sends no more; the whole group's end is the connection's. */
  void leave(TcpFollower follower, String why) {
    send(Frame.Kind.LEAVE, follower.partId(), Frame.bytes(why));
    if (follower.partId() == GroupParts.WHOLE) {
      TcpConnection.end(List.of(connection));
    } else {
      synchronized (parts) {
        parts.remove(follower.partId());
      }
    }
  }

  /** Rank 0 need not wait for this member's program. */
  void finish() {
    connection.finish();
  }

  @Override
  public void received(Frame frame) {
    TcpFollower follower;
    synchronized (parts) {
      follower = parts.get(frame.call().part());
    }
    if (follower != null) { // else it has left the part
      follower.received(frame);
    }
  }

  @Override
  public void ended(String why) {
    all().forEach(each -> each.ended(why));
  }

  @Override
  public void outOfMemory() {
    send(Frame.Kind.LEAVE, GroupParts.WHOLE, Frame.bytes("has run out of memory"));
    all()
        .forEach(
            each ->
                each.fail(
                    ResultCode.SYSTEM_ERROR,
                    "rank " + each.rank() + " has run out of memory: give its JVM a larger heap"));
  }

  private List<TcpFollower> all() {
    synchronized (parts) {
      return new ArrayList<>(parts.values());
    }
  }
}
