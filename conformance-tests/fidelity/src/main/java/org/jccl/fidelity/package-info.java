/**
 * Evidence that the simulator does what NCCL does, bit by bit: generated programs, generated
 * reductions, and recordings of real runs. It stands on the rule book kit and gives it chapter 12.
 */
package org.jccl.fidelity;
