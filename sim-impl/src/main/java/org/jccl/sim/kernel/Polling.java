package org.jccl.sim.kernel;

/**
 * Questions whose answer is not yet. To ask again and again is to wait: where nothing but questions
 * happens any more, that is a deadlock.
 */
final class Polling {
  /** So many questions while nothing else happens are a deadlock. */
  private static final long MOST_QUESTIONS = 1_000_000;

  /**
   * So many where who asks has a short limit, or an alarm is set, for then virtual time goes on;
   * and where a search steers, which keeps every decision.
   */
  private static final long FEWER_QUESTIONS = 10_000;

  /**
   * Once so many were in vain, all that can run asks, too; from then on each asks so often in its
   * turn, for turns cost much where the machine is busy.
   */
  private static final int IN_A_TURN = 64;

  private final EventLoop loop;
  private final Baton baton;

  private long questions;

  /** Questions since something happened that was none. */
  private long inVain;

  private long lastProgress;

  Polling(EventLoop loop, Baton baton) {
    this.loop = loop;
    this.baton = baton;
  }

  /** The number of questions so far; may be read by any thread, then roughly. */
  long questions() {
    return questions;
  }

  /** The call of {@code task} that has begun last is a question for {@code what}. */
  void ask(HostTask task, Wait what) {
    loop.uncountCall();
    questions++;
    task.asksFor(what);
    task.noes = task.askedAt == loop.progress() ? task.noes + 1 : 1;
    task.askedAt = loop.progress();
    if (lastProgress != loop.progress() || !baton.isAlone()) {
      lastProgress = loop.progress();
      inVain = 0;
    } else if (++inVain > mostQuestions(task)) {
      inVain = 0;
      loop.deadEnd().breakIt();
    }
    if (inVain <= FEWER_QUESTIONS || inVain % IN_A_TURN == 0) {
      loop.letOthersRun(task);
    }
  }

  private long mostQuestions(HostTask task) {
    boolean passes = (task.isLimited() && task.isLimitShort) || !loop.deadEnd().alarms().isEmpty();
    return passes || loop.isSteered() ? FEWER_QUESTIONS : MOST_QUESTIONS;
  }
}
