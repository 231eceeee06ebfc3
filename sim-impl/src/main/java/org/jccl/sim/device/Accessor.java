package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/**
 * What uses memory: one call, copy or fill, as reports name it, with the ranges that it uses. It is
 * kept as long as later work may race with it, so it holds nothing that is large or that ends. Work
 * that comes again, on the same stream with the same ranges, takes the place of what it was before.
 */
public final class Accessor {
  private final SimStream stream;
  private final @Nullable String communicator;
  private final @Nullable Object launch;
  private long tick;
  private int rank;
  private Object what = "";
  private @Nullable Object site;
  private @Nullable Access accesses;
  private @Nullable Accessor next;

  /**
   * Work on {@code stream}.
   *
   * @param communicator the communicator's name; null if it is no communicator's work
   * @param launch the same object for what is launched together on several streams, or null
   */
  public Accessor(SimStream stream, @Nullable String communicator, @Nullable Object launch) {
    this.stream = stream;
    this.communicator = communicator;
    this.launch = launch;
  }

  /** It reads or writes that range. */
  public Accessor uses(long address, long bytes, boolean writes) {
    if (bytes > 0) {
      accesses = new Access(address, address + bytes, writes, this, accesses);
    }
    return this;
  }

  /**
   * Which piece of work it is now.
   *
   * @param op the work that it is, or is part of: its place on the stream's lane counts
   * @param driver the rank program that asked for it, or the number of its device
   * @param words what it does
   * @param where where it was asked for, if that is known
   */
  public Accessor is(StreamOp op, int driver, Object words, @Nullable Object where) {
    tick = op.tick();
    rank = driver;
    what = words;
    site = where;
    return this;
  }

  /** Puts it before what else the same piece of work is made of. */
  public Accessor before(@Nullable Accessor others) {
    next = others;
    return this;
  }

  SimStream stream() {
    return stream;
  }

  long tick() {
    return tick;
  }

  int rank() {
    return rank;
  }

  @Nullable Access accesses() {
    return accesses;
  }

  @Nullable Accessor next() {
    return next;
  }

  boolean isOneWith(Accessor other) {
    return launch != null && launch == other.launch;
  }

  /** Where the program asked for it, or null. */
  @Nullable String site() {
    return site == null ? null : "at " + site;
  }

  String words() {
    String of = communicator == null ? "" : " of " + communicator;
    return what + of + " on " + stream;
  }
}
