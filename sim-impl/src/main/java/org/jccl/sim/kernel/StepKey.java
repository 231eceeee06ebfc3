package org.jccl.sim.kernel;

import java.util.Locale;

/**
 * What a step of a device is, by numbers that are the same in every run that does it.
 *
 * @param kind what kind of step
 * @param place where: a device or a communicator
 * @param lane where in it: a stream, a rank, a pair of ranks
 * @param number which one there
 */
public record StepKey(Kind kind, int place, int lane, long number) {
  /** The kinds of steps. */
  public enum Kind {
    /** Work of a stream, by device and stream. */
    WORK,
    /** The start of a launch, by communicator and rank. */
    LAUNCH,
    /** The end of a launch, by communicator and rank. */
    END,
    /** A small send that ends before its receive is there, by communicator and pair. */
    EAGER_SEND,
    /** A collective that all have come to, by communicator. */
    COLLECTIVE,
    /** A message whose halves have met, by communicator and pair. */
    MESSAGE,
    /** A one-sided call, by communicator and rank. */
    ONE_SIDED,
    /** A group that goes on in the background, by the rank's number of groups. */
    GROUP
  }

  /** The same without its number. */
  public StepKey withoutNumber() {
    return new StepKey(kind, place, lane, 0);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + place + "." + lane + "#" + number;
  }
}
