package org.jccl.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jccl.config.TimeLimit;
import org.jccl.ops.Operation;

/**
 * How one communicator makes its calls of the library: on which thread, how long they may take, and
 * what goes on meanwhile. All in which the lives of real and of simulated communicators differ.
 */
public interface CallPath {
  /**
   * Whether the calling thread makes its calls itself. Asked for each call, so it is cheap.
   *
   * @return false if another thread makes them
   */
  boolean isDirect();

  /**
   * Makes a call that may wait for other ranks or for the device, however long it takes.
   *
   * @param what a name for messages
   * @param body the call
   * @return the call's result
   */
  int call(String what, IntSupplier body);

  /**
   * Makes a call that may wait for ranks that never come (rule INIT-02). {@code body} may make
   * another device current; the caller's is what it was afterwards (INIT-20).
   *
   * @param what a name for messages
   * @param limit at most how long to wait
   * @param body the call
   * @return the call's result, or nothing if it has not ended in time: it goes on without us then
   * @throws InterruptedException if the caller is interrupted; the call goes on
   * @throws org.jccl.CollectiveTimeoutException if it was given up in time, and why
   */
  OptionalInt callWithin(String what, TimeLimit limit, IntSupplier body)
      throws InterruptedException;

  /**
   * The same for a call that nobody need wait for any more once a rank is known to have died.
   *
   * @param what a name for messages
   * @param limit at most how long to wait
   * @param lost says who has died, in words, once somebody has; cheap, and never waits
   * @param body the call
   * @return the call's result, or nothing if it has not ended in time, or somebody has died: it
   *     goes on without us then
   * @throws InterruptedException if the caller is interrupted; the call goes on
   * @throws org.jccl.CollectiveTimeoutException if it was given up in time, and why
   */
  default OptionalInt callWithin(
      String what, TimeLimit limit, Supplier<Optional<String>> lost, IntSupplier body)
      throws InterruptedException {
    return callWithin(what, limit, body);
  }

  /**
   * Makes a call that may wait, and comes back in a time also where the library never does.
   *
   * @param what names the call in messages
   * @param limit at most how long to wait, where calls of the library can hang at all
   * @param body the call; it may go on after the limit, so what it touches has to stay
   * @return the call's result
   * @throws org.jccl.CollectiveTimeoutException if it has not come back; names {@code what}
   */
  default int bounded(String what, TimeLimit limit, IntSupplier body) {
    return call(what, body);
  }

  /**
   * The same for a call that is not waited for much longer once it is in vain: whoever knows that
   * has told the library, which then comes back, if it can.
   *
   * @param what names the call in messages
   * @param limit at most how long to wait, where calls of the library can hang at all
   * @param isVain whether it is in vain by now; cheap, and never waits
   * @param body the call; it may go on after the limit, so what it touches has to stay
   * @return the call's result
   * @throws org.jccl.CollectiveTimeoutException if it has not come back; names {@code what}
   */
  default int bounded(String what, TimeLimit limit, BooleanSupplier isVain, IntSupplier body) {
    return bounded(what, limit, body);
  }

  /**
   * Whether the receive buffer is to stand in for a send buffer that is not given, since the
   * library looks at the send buffer where it does not read it (rule VER-12). Asked for each call.
   *
   * @param operation the operation
   * @return whether it is
   */
  default boolean standsIn(Operation operation) {
    return false;
  }

  /** {@return whether a call that was given up has not come back yet} */
  default boolean isStuck() {
    return false;
  }

  /**
   * Another path, for a call that may have to end the very call that this one is in. Whoever asks
   * for it ends it.
   *
   * @param name a name for its thread, if it has one
   * @return the path
   */
  CallPath beside(String name);

  /** {@return the time by which its limits go, in nanoseconds} */
  default long now() {
    return System.nanoTime();
  }

  /** Lets others go on while the calling thread polls. */
  void pause();

  /**
   * The same for a caller who polls for so long at most.
   *
   * @param left how long it goes on
   */
  default void pause(TimeLimit left) {
    pause();
  }

  /**
   * {@return where arguments lie that a call reads or writes, perhaps after we have given it up}
   */
  default SegmentAllocator memory() {
    return Arena.ofAuto();
  }

  /** No more calls are made; those that were handed in go on. */
  void end();
}
