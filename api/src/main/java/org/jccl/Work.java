package org.jccl;

import java.util.ArrayList;
import java.util.List;

/**
 * What a piece of a program's own work on a stream is called, and what it does to device memory
 * (rules STR-32 to STR-36). {@link Stream#run} enqueues it with its body.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Computing.java" region="work"}
 *
 * <p>All memory that the body uses is declared: the simulator compares it with what streams, copies
 * and operations do, and the body is given no other. A value never changes: each method gives
 * another one, and one value may be enqueued again and again.
 */
public final class Work {
  /** More is no time of a run: a century. */
  private static final double MOST_MICROS = 3e15;

  private final String name;
  private final List<DeviceRange> reads;
  private final List<DeviceRange> writes;
  private final double micros;

  private Work(String name, List<DeviceRange> reads, List<DeviceRange> writes, double micros) {
    this.name = name;
    this.reads = List.copyOf(reads);
    this.writes = List.copyOf(writes);
    this.micros = micros;
  }

  /**
   * Work that uses no memory and takes no time.
   *
   * @param name what it is called in reports and timelines
   * @return that work
   * @throws IllegalArgumentException if the name is blank
   */
  public static Work named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("work needs a name: reports and timelines show it");
    }
    return new Work(name, List.of(), List.of(), 0);
  }

  /**
   * {@return the same work, which also looks at that memory}
   *
   * @param memory what the body reads and does not change
   */
  public Work reads(DeviceRange... memory) {
    return new Work(name, joined(reads, memory), writes, micros);
  }

  /**
   * {@return the same work, which also changes that memory, or a part of it} What the body does not
   * write stays as it was, and it may look at it, too.
   *
   * @param memory what the body writes
   */
  public Work writes(DeviceRange... memory) {
    return new Work(name, reads, joined(writes, memory), micros);
  }

  /**
   * {@return the same work, which takes so long on the simulator, in virtual time} A GPU takes as
   * long as it takes.
   *
   * @param micros how long, in microseconds
   * @throws IllegalArgumentException if that is negative or no time
   */
  public Work takes(double micros) {
    if (!(micros >= 0 && micros <= MOST_MICROS)) {
      throw new IllegalArgumentException(name + " cannot take " + micros + " microseconds");
    }
    return new Work(name, reads, writes, micros);
  }

  private static List<DeviceRange> joined(List<DeviceRange> some, DeviceRange... more) {
    List<DeviceRange> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return all;
  }

  /** {@return what it is called} */
  public String name() {
    return name;
  }

  /** {@return what the body reads} */
  public List<DeviceRange> reads() {
    return reads;
  }

  /** {@return what the body writes} */
  public List<DeviceRange> writes() {
    return writes;
  }

  /** {@return how long it takes on the simulator, in microseconds} */
  public double micros() {
    return micros;
  }

  @Override
  public String toString() {
    return "work \"" + name + "\"";
  }
}
