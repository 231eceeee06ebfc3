package org.jccl.spi;

import java.time.Duration;
import java.util.function.Function;

/** Why a communicator was aborted by something else than the program. The first reason stays. */
final class AbortReason {
  private final CommunicatorBase owner;
  private final JobMember job;
  private final Function<Duration, String> library;
  private volatile String words = "";
  private volatile String stateOfJob = "";

  /**
   * None yet.
   *
   * @param library says what the library knows of the job, in so much time at most
   */
  AbortReason(CommunicatorBase owner, JobMember job, Function<Duration, String> library) {
    this.owner = owner;
    this.job = job;
    this.library = library;
  }

  /** It ends for that reason; {@code quote} is how long the library and other ranks are asked. */
  void because(String why, Duration quote) {
    if (words.isEmpty()) {
      job.progress().ask(quote);
      String said = library.apply(quote);
      String others = job.wordsOfOthers(why, quote);
      synchronized (this) {
        if (words.isEmpty()) {
          stateOfJob = said;
          words = why + "; on this rank " + owner.progress() + others;
        }
      }
    }
  }

  /** Why it was aborted, in words; empty if the program has done it. */
  String words() {
    return words;
  }

  /** What the library said of the job when it was aborted: lines that follow the message. */
  String stateOfJob() {
    return stateOfJob;
  }
}
