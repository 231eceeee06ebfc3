/**
 * One-sided operations: their checks, their signals, and the calls of one launch in program order
 * (rules RMA-01 to RMA-12).
 */
package org.jccl.sim.comm.onesided;
