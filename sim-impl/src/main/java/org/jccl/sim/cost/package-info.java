/**
 * How long simulated work takes in virtual time. The numbers order events and feed {@code
 * Event.microsSince}; they never decide what is correct.
 */
package org.jccl.sim.cost;
