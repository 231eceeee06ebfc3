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
  private volatile boolean isKept;

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

  /** A part sends no more. */
  void leavePart(TcpFollower follower, String why) {
    send(Frame.Kind.LEAVE, follower.partId(), Frame.bytes(why));
    synchronized (parts) {
      parts.remove(follower.partId());
    }
  }

  /**
   * The whole group has ended, and with it the connection: at once, or with this process if there
   * may be more to say.
   */
  void leave(FollowerTalk talk, String why) {
    if (talk.hasMoreToSay()) {
      isKept = true;
      send(Frame.Kind.LEAVE, GroupParts.WHOLE, Frame.bytes(why));
      Farewells.atExit(() -> end(talk));
    } else {
      send(Frame.Kind.LAST, GroupParts.WHOLE, talk.lastWords());
      send(Frame.Kind.LEAVE, GroupParts.WHOLE, Frame.bytes(why));
      TcpConnection.end(List.of(connection));
    }
  }

  private void end(FollowerTalk talk) {
    send(Frame.Kind.LAST, GroupParts.WHOLE, talk.lastWords());
    TcpConnection.end(List.of(connection));
  }

  /** Whether the group has been closed, and its members still ask and answer. */
  boolean isKept() {
    return isKept;
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
