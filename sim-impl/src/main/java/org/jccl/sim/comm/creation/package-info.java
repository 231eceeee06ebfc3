/**
 * How communicators come to be: unique ids, ranks that join one by one, splits, shrinks and growths
 * (rules UID, INIT, SPL, SHR, GRW).
 */
package org.jccl.sim.comm.creation;
