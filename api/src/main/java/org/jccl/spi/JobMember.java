package org.jccl.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jccl.ProcessGroup;
import org.jccl.config.TimeLimit;

/**
 * One rank of a communicator as a member of its job: tells the others how far it is, asks them, and
 * says who of its process group has died.
 */
final class JobMember {
  /** How long before a creation's limit the other ranks are asked, and how long they have. */
  private static final Duration ASKED_BEFORE = Duration.ofMillis(1_500);

  private final CommunicatorBase owner;
  private final NativeHandle handle;

  /** Kept here: who asks how far this rank is knows it weakly. */
  private final JobProgress progress = new JobProgress(this::ownProgress);

  /** Names the function that the library is in, or was in last. */
  private volatile Supplier<String> inside = () -> "";

  private volatile String creating = "";

  JobMember(CommunicatorBase owner, NativeHandle handle) {
    this.owner = owner;
    this.handle = handle;
  }

  /** What is asked of the other ranks, and what they hear. */
  JobProgress progress() {
    return progress;
  }

  // ---- this rank

  /** Names the function that the library is in from now on. */
  void isIn(Supplier<String> function) {
    inside = function;
  }

  /** The function that the library is in, or was in last. */
  String inside() {
    return inside.get();
  }

  /** Names the function by which a child is being created; empty: none is. */
  void creates(String function) {
    creating = function;
  }

  /** How far this rank is; a look from any thread, which never waits. */
  private RankProgress ownProgress() {
    RankProgress.Stage stage =
        switch (handle.state()) {
          case OPENING -> RankProgress.Stage.OPENING;
          case CLOSED -> RankProgress.Stage.CLOSED;
          case ABORTED, FAILED -> RankProgress.Stage.ENDED;
          default -> RankProgress.Stage.OPEN;
        };
    boolean isInside = owner.isInCall() || stage == RankProgress.Stage.OPENING;
    return new RankProgress(
        owner.knowsItsPlace() ? owner.rank() : -1,
        stage,
        owner.callsMade(),
        owner.collectivesMade(),
        owner.lastCall(),
        isInside ? inside() : creating);
  }

  // ---- the others

  /** How far the other ranks are, where they can be asked; begins with a semicolon, or is empty. */
  String wordsOfOthers(String why, Duration within) {
    String words = owner.knowsItsPlace() ? progress.words(owner.worldSize(), why, within) : "";
    return words.isEmpty() ? "" : "; " + words;
  }

  /** Which member of its group has died, in words, if one has. */
  Optional<String> lostMember() {
    ProcessGroup members = progress.group();
    return members == null || !members.spansProcesses() || !owner.config().watchdog()
        ? Optional.empty()
        : members.lostMember();
  }

  /**
   * The same to be asked again and again while a creation is waited for: near its limit the other
   * ranks are asked how far they are.
   *
   * @param limit of the creation, from now on
   */
  Supplier<Optional<String>> lostWhile(TimeLimit limit) {
    long near = limit.deadline() - Math.min(limit.nanos() / 4, ASKED_BEFORE.toNanos());
    return () -> {
      if (System.nanoTime() - near > 0) {
        progress.ask(ASKED_BEFORE);
      }
      return lostMember();
    };
  }
}
