package org.jccl.sim.comm;

import java.util.List;
import org.jccl.sim.kernel.Step;

/** Where the parts of one operation meet; runs when all are there. */
abstract class Meeting extends Step {
  /** The ranks that have not come yet, ascending. */
  abstract List<Integer> missing();
}
