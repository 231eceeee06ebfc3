package org.jccl.sim.device;

import org.jccl.Stream;

/**
 * Data that another rank has written into a range of this device's memory, until the owner has
 * waited for the signal that goes with it (rule RMA-04).
 *
 * @param start first address
 * @param end address after the last one
 * @param by number of the device whose rank wrote it
 * @param stream the writer's stream
 * @param words what wrote it, for people
 */
public record Arrival(long start, long end, int by, Stream stream, String words) {
  boolean overlaps(long otherStart, long otherEnd) {
    return start < otherEnd && otherStart < end;
  }
}
