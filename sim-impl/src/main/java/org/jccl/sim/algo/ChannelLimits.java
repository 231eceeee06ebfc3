package org.jccl.sim.algo;

/**
 * What may limit a communicator's channels: {@code NCCL_MIN_CTAS}, {@code minCTAs} and their like
 * (CFG-05), and the communicator that it was split from (TOPO-06).
 *
 * @param least channels are repeated until there are so many
 * @param most channels beyond are dropped, before they are repeated
 * @param parent channels of the communicator it was made from; if none, {@link #ALL}
 */
public record ChannelLimits(int least, int most, int parent) {
  /** As many channels as NCCL can have. */
  public static final int ALL = 64;

  private static final ChannelLimits NONE = new ChannelLimits(1, ALL, ALL);

  /** Refuses what is no number of channels. */
  public ChannelLimits {
    if (least < 1 || most < 1 || parent < 1 || least > ALL || most > ALL || parent > ALL) {
      throw new IllegalArgumentException(
          "at least %d, at most %d, the parent's %d channels: expected 1 to %d each"
              .formatted(least, most, parent, ALL));
    }
  }

  /** No limits. */
  public static ChannelLimits none() {
    return NONE;
  }

  /** Limits of a communicator that is split or shrunk from one with {@code channels}. */
  public ChannelLimits below(int channels) {
    return new ChannelLimits(least, most, channels);
  }

  /** How many of {@code found} channels are kept as they are. */
  int kept(int found) {
    return Math.min(Math.min(found, most), parent);
  }

  /** How many channels there are in the end, the last ones repeated from the first. */
  int total(int found) {
    return Math.max(kept(found), Math.min(least, parent));
  }
}
