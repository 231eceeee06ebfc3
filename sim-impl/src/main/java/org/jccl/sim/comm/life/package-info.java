/**
 * The life of one rank's communicator behind its handle: state, ends, work of the hosts of all
 * ranks together. A rank's parts and those that all ranks share are put together here.
 */
package org.jccl.sim.comm.life;
