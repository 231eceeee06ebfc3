/**
 * One communicator: what its ranks share, each rank with the thread that drives it, and the guard
 * that lets one thread in at a time. How calls become launches, meet and are carried out is in the
 * packages below; each knows only those before it: memory, call, plan, match, onesided, launch,
 * life, creation.
 */
package org.jccl.sim.comm;
