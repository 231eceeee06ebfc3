package org.jccl.observe;

import java.nio.ByteBuffer;
import java.util.List;
import org.jccl.CallListener;
import org.jccl.IssuedCall;
import org.jccl.ProcessGroup;

/**
 * One rank's end of a check that compares ranks through the process group, every few collectives
 * and when the communicator is closed.
 */
abstract class RankComparison implements CallListener {
  private final Endpoint where;
  private final int every;
  private final RankTalk talk;
  private final CallSites lines = new CallSites();
  private long next;

  RankComparison(Endpoint where, int every, String check) {
    this.where = where;
    this.every = every;
    this.talk = new RankTalk(where, check);
  }

  /** How many collectives are compared at once, if it can be meant so. */
  static int checked(int collectives) {
    if (collectives < 1) {
      throw new IllegalArgumentException("every " + collectives + " collectives: at least 1");
    }
    return collectives;
  }

  /** Takes note of a collective that is about to be issued. */
  abstract void note(IssuedCall call);

  /** What this rank has to say; empty if nothing. */
  abstract byte[] said();

  /** Whether something is not compared yet. */
  abstract boolean hasMore();

  /** Compares what all ranks have said, by rank, each up to its limit; throws a verdict. */
  abstract void compare(List<ByteBuffer> all);

  final Endpoint where() {
    return where;
  }

  final CallSites lines() {
    return lines;
  }

  final boolean isPossible() {
    return talk.isPossible();
  }

  /** Nothing is compared any more. */
  final void end() {
    talk.end();
  }

  @Override
  public final void attached(ProcessGroup group) {
    talk.attached(group);
  }

  @Override
  public final void before(IssuedCall call) {
    if (call.isMessage() || !talk.isPossible()) {
      return;
    }
    note(call);
    next = call.number() + 1;
    if (next % every == 0) {
      compare(talk.talk(call.number(), call.method(), said()));
    }
  }

  @Override
  public final void failed(IssuedCall call, Throwable failure) {
    talk.end();
  }

  @Override
  public final void aborted() {
    talk.end();
  }

  @Override
  public final void finished() {
    if (talk.isPossible() && hasMore()) {
      compare(talk.last(next, said()));
    }
  }
}
