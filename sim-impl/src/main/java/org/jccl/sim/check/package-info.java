/**
 * The checks, each a small reader of what the simulation knows: calls that differ across ranks, and
 * quiescence with live ranks, which is a deadlock; and the words of their reports. A verdict never
 * depends on wall-clock time, but that about a rank that blocks or loops outside jccl.
 */
package org.jccl.sim.check;
