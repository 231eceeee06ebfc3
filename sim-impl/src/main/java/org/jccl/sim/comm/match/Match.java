package org.jccl.sim.comm.match;

import java.util.List;

/** Where the parts of one operation meet. */
interface Match {
  /** The ranks of the communicator that have not come yet, ascending. */
  List<Integer> missing();
}
