package org.jccl;

/**
 * Signals that a stream waits for: so many more from one sender (rule RMA-03).
 *
 * @param peer rank of the sender
 * @param count how many signals, at least 1
 */
public record SignalWait(int peer, int count) {}
