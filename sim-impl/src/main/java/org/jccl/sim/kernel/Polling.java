package org.jccl.sim.kernel;

/**
 * Questions whose answer is not yet. To ask again and again is to wait: where nothing but questions
 * happens any more, that is a deadlock.
 */
final class Polling {
  /** So many questions while nothing else happens are a deadlock. */
  private static final long MOST_QUESTIONS = 1_000_000;

  /** So many where who asks has a short limit, which then passes. */
  private static final long QUESTIONS_OF_A_LIMIT = 10_000;

  private final EventLoop loop;
  private final Baton baton;

  /** Calls begun that were no questions. */
  private long calls;

  private long questions;

  /** Questions since something happened that was none. */
  private long inVain;

  private long lastProgress;

  Polling(EventLoop loop, Baton baton) {
    this.loop = loop;
    this.baton = baton;
  }

  /** A call begins; as far as is known it is no question. */
  void countCall() {
    calls++;
  }

  /**
   * A number that moves while anything happens, which a question does not count as; may be read by
   * any thread, then roughly.
   */
  long progress() {
    return loop.steps() + calls;
  }

  /** The number of questions so far; may be read by any thread, then roughly. */
  long questions() {
    return questions;
  }

  /** The call of {@code task} that has begun last is a question for {@code what}. */
  void ask(HostTask task, Wait what) {
    calls--; // the call that asks is no progress
    questions++;
    task.question = new Question(what);
    if (lastProgress != progress() || !baton.isAlone()) {
      lastProgress = progress();
      inVain = 0;
    } else if (++inVain > mostQuestions(task)) {
      inVain = 0;
      loop.deadEnd().breakIt();
    }
    loop.letOthersRun(task);
  }

  private static long mostQuestions(HostTask task) {
    return task.isLimited() && task.isLimitShort ? QUESTIONS_OF_A_LIMIT : MOST_QUESTIONS;
  }
}
