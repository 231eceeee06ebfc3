package org.jccl.sim.explore;

import java.util.List;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.SimStep;

/** Follows a stream of choices; behind its end it is first come, first served. */
final class FollowGuide implements Guide {
  private final ChoiceStream stream;
  private final int given;
  private int point;
  private boolean lost;

  /**
   * @param given how many decisions stand in {@code stream}, trailing zeros too
   */
  FollowGuide(ChoiceStream stream, int given) {
    this.stream = stream;
    this.given = given;
  }

  /** How many decisions it has been given. */
  int given() {
    return given;
  }

  /** Whether there were fewer alternatives than the stream says: the program is another one. */
  boolean isLost() {
    return lost;
  }

  @Override
  public String describe() {
    return "choices " + stream;
  }

  @Override
  public int world(Choices.Point kind, int options) {
    return decide(options);
  }

  @Override
  public int next(Choices.Point kind, List<SimStep> candidates, RunLog log) {
    return decide(candidates.size());
  }

  private int decide(int options) {
    int value = stream.at(point++);
    lost |= value >= options;
    return value < options ? value : 0;
  }
}
