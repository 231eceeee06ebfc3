/**
 * The machine that is imitated, and how NCCL would carry out a call on it: what users name, and
 * what the other packages of the simulator stand on.
 */
package org.jccl.sim.machine;
