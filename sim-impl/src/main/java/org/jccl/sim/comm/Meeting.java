package org.jccl.sim.comm;

import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.kernel.Step;

/** Where the parts of one operation meet; runs when all are there. */
abstract class Meeting extends Step {
  /** Does what the parts have met for. */
  protected abstract void meet();

  /** Stops the communicator because of a failure that is nobody's call. */
  protected abstract void fail(RuntimeException failure);

  @Override
  protected final void run() {
    try {
      meet();
    } catch (RuntimeException | Error broken) {
      // Thrown here it would end whichever rank's thread happens to run this step.
      fail(
          new CollectiveException(
              ResultCode.INTERNAL_ERROR, "the simulator failed: " + broken, broken));
    }
  }

  /** The ranks of the communicator that have not come yet, ascending. */
  abstract List<Integer> missing();
}
