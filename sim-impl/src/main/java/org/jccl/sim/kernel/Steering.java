package org.jccl.sim.kernel;

import java.util.List;

/**
 * Decides a run step by step and is told what the steps do: what a search has beyond {@link
 * Choices}. Called by the holder of the baton alone.
 *
 * <p>An event is what happens between two decisions: a piece of a host thread's program up to its
 * next call, or one step of a device.
 */
public interface Steering {
  /**
   * Which step is next: an index. A host thread that begins a call is the first candidate, and the
   * others have the order in which they became ready.
   */
  int next(Choices.Point point, List<SimStep> candidates);

  /**
   * The event that was chosen begins.
   *
   * @param opens whether another host thread could have run instead
   */
  void begins(SimStep step, boolean opens);

  /** The current event has an effect on {@code thing}. */
  void effect(Object thing, Effect effect);

  /** Whoever {@link #follows} {@code token} can only run behind the current event. */
  void signals(Object token);

  /** The current event could not have run before those that have signalled {@code token}. */
  void follows(Object token);

  /** What happens from now on may be another in a world where {@code property} is another one. */
  void depends(Choices.Point property);

  /** The current event changes or learns what ranks tell each other on the host. */
  void hostsMeet();

  /** What the current event does is not known: nothing may be exchanged with it. */
  void unknown();

  /** A call of {@code task} has ended that did not say what it does. */
  void undeclared(HostTask task);

  /** Nothing can run any more: what follows only ends the run. */
  void deadEnd();

  /** The program of {@code task} is over: it closes what jccl has opened for it. */
  void closes(HostTask task);
}
