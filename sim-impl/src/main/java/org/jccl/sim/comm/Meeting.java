package org.jccl.sim.comm;

import java.util.List;

/** Where the parts of one operation meet. */
interface Meeting {
  /** The ranks of the communicator that have not come yet, ascending. */
  List<Integer> missing();
}
