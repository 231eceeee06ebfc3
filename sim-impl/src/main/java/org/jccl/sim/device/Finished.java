package org.jccl.sim.device;

/**
 * The end of one piece of work, as what can be waited for.
 *
 * @param stream the stream it was on
 * @param number its number there
 */
public record Finished(SimStream stream, long number) {}
