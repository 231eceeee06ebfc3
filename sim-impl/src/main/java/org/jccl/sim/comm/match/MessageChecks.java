package org.jccl.sim.comm.match;

import org.jccl.MisuseKind;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jspecify.annotations.Nullable;

/** Compares the two halves of a message when they meet (rules P2P-02, P2P-12, P2P-13). */
final class MessageChecks {
  private MessageChecks() {}

  static long bytes(LaunchedCall part) {
    return part.request.count() * part.request.type().bytes();
  }

  /** What is wrong with a pair of halves, or null. */
  static @Nullable ReportBuilder check(SharedComm comm, LaunchedCall send, LaunchedCall receive) {
    long sent = bytes(send);
    long expected = bytes(receive);
    if (sent != expected) {
      return both(
              MisuseKind.P2P_LENGTH,
              ": " + sent + " bytes sent, " + expected + " bytes expected",
              comm,
              send,
              receive)
          .line("both sides must give the same number of bytes (P2P-02, SIM-09)");
    }
    if (send.call.captured() != receive.call.captured()) {
      return both(
              MisuseKind.CAPTURE_MISMATCH,
              ": only the " + (send.call.captured() ? "send" : "receive") + " is captured",
              comm,
              send,
              receive)
          .line("an operation is captured on all its ranks or on none (STR-17, SIM-50)");
    }
    if (isUngrouped(send, receive)) {
      return both(
              MisuseKind.GROUP_REQUIRED,
              ": one thread issues both halves, without a group around them",
              comm,
              send,
              receive)
          .line(
              "the first call may wait for the second, which never comes: put the calls of all"
                  + " ranks that a thread drives into one group (P2P-12, SIM-21)");
    }
    if (send.request.type() != receive.request.type()) {
      return both(
              MisuseKind.P2P_TYPE,
              ": " + send.request.type() + " sent, " + receive.request.type() + " expected",
              comm,
              send,
              receive)
          .line("the bytes are moved as they are (P2P-02, SIM-10)");
    }
    return null;
  }

  private static boolean isUngrouped(LaunchedCall send, LaunchedCall receive) {
    return send.rank() != receive.rank()
        && !send.call.captured()
        && send.launch.issuer() != null
        && send.launch.issuer() == receive.launch.issuer()
        && send.launch.issueNumber() != receive.launch.issueNumber();
  }

  /**
   * Ranks half the world apart make both directions of their connection in one message: then one
   * side must not send and receive where the other does only one of them (rule P2P-13).
   */
  static @Nullable ReportBuilder firstContact(
      SharedComm comm, boolean isAnswered, LaunchedCall send, LaunchedCall receive) {
    int from = send.rank();
    int to = receive.rank();
    if (2 * Math.abs(from - to) != comm.worldSize() || isAnswered) {
      return null;
    }
    boolean answers = send.launch.holds(Operation.RECV, to);
    boolean answered = receive.launch.holds(Operation.SEND, from);
    if (answers == answered) {
      return null;
    }
    return both(
            MisuseKind.P2P_GROUP_SHAPE,
            ": at their first contact "
                + shape(comm.nameOf(from), "sends", answers)
                + ", "
                + shape(comm.nameOf(to), "receives", answered),
            comm,
            send,
            receive)
        .line(
            "ranks half the world apart must group their first messages alike, or NCCL fails or"
                + " hangs (P2P-13, SIM-16)");
  }

  /** A small send has ended, and its communicator ends before the message is received. */
  static ReportBuilder unreceived(SharedComm comm, LaunchedCall send) {
    Caller caller = send.launch.member().caller();
    return new ReportBuilder(
            MisuseKind.UNMATCHED_P2P,
            " in "
                + comm.name()
                + ", message #"
                + send.call.sequence()
                + " from "
                + comm.nameOf(send.rank())
                + " to "
                + comm.nameOf(send.request.rootOrPeer())
                + ": sent, and never received")
        .rank(caller, send.call, caller.site(send.call))
        .line(
            "the send was small enough to end without its receive; a larger one hangs (P2P-11,"
                + " P2P-18)");
  }

  private static String shape(String rank, String verb, boolean both) {
    return rank + (both ? " sends and receives in one group" : " only " + verb);
  }

  private static ReportBuilder both(
      MisuseKind kind, String summary, SharedComm comm, LaunchedCall send, LaunchedCall receive) {
    return new ReportBuilder(
            kind,
            " in "
                + comm.name()
                + ", message #"
                + send.call.sequence()
                + " from "
                + comm.nameOf(send.rank())
                + " to "
                + comm.nameOf(receive.rank())
                + summary)
        .both(
            send.call,
            send.launch.member().caller(),
            receive.call,
            receive.launch.member().caller());
  }
}
