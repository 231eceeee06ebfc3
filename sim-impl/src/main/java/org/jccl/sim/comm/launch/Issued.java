package org.jccl.sim.comm.launch;

import org.jccl.sim.comm.SharedComm;

/**
 * A call that a rank has issued, as what its peers can wait for.
 *
 * @param lane the peer of a message and its direction; {@link #COLLECTIVE} for a collective
 * @param number its number among those
 */
record Issued(SharedComm comm, int rank, long lane, long number) {
  static final long COLLECTIVE = Long.MIN_VALUE;
}
