package org.jccl.sim.algo;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;

/**
 * How one call is split over channels, and each channel's part into chunks (PART-02, PART-03).
 *
 * <p>Parts are contiguous, one for each channel from {@code firstChannel} on. All parts but the
 * first and the last are alike. For a reduce-scatter or an all-gather elements are those of one
 * rank's block.
 *
 * @param firstChannel the channel of the first part: 0 for a call that is alone in its group
 * @param parts how many parts there are
 * @param firstCount elements of the first part
 * @param middleCount elements of each part between the first and the last; 0 if there is none
 * @param lastCount elements of the last part; {@code firstCount} if it is the first
 * @param firstChunk elements of a chunk in the first part
 * @param middleChunk elements of a chunk in the parts between
 * @param lastChunk elements of a chunk in the last part
 */
public record ChannelSplit(
    int firstChannel,
    int parts,
    long firstCount,
    long middleCount,
    long lastCount,
    int firstChunk,
    int middleChunk,
    int lastChunk) {
  /** The first version that splits with twice the grain (PART-04). */
  private static final int WIDER_CHANNELS = 22902;

  /** Steps that a channel's buffer holds. */
  private static final int STEPS = 8;

  private static final int PACK = 16;

  /**
   * What the calls of one kernel have used of the channels: the next call goes on from there.
   * Mutable.
   */
  static final class Share {
    private final long perChannel;
    private final int version;
    private int channel;
    private long used;

    /**
     * Nothing is used yet.
     *
     * @param perChannel traffic that a channel gets
     * @param version NCCL's version code
     */
    Share(long perChannel, int version) {
      this.version = version;
      this.perChannel = perChannel;
    }
  }

  /**
   * The split of a call that is alone in its group.
   *
   * @param count NCCL's count argument; at least 1
   * @param version NCCL's version code, for example 22809
   */
  public static ChannelSplit of(
      Operation operation,
      int elementBytes,
      long count,
      Topology topology,
      Choice choice,
      Buffers buffers,
      int version) {
    long least = leastTraffic(version);
    long traffic = count * elementBytes * perByte(operation, topology, choice);
    int channels = Math.min(choice.maxChannels(), topology.channels());
    Share share = new Share(budget(Math.max(least, traffic), channels, version), version);
    return of(operation, elementBytes, count, topology, choice, buffers, share);
  }

  /** The split of the next call of a kernel. */
  static ChannelSplit of(
      Operation operation,
      int elementBytes,
      long count,
      Topology topology,
      Choice choice,
      Buffers buffers,
      Share share) {
    if (count < 1) {
      throw new IllegalArgumentException(count + " elements, expected at least 1 to split");
    }
    long perByte = perByte(operation, topology, choice);
    long cell = up(ceil(leastTraffic(share.version), perByte), PACK);
    long cells = ceil(count * elementBytes, cell);
    Cells dealt = Cells.deal(cells, cell * perByte, topology.channels(), share);
    long perCell = cell / elementBytes;
    long surplus = cells * perCell - count;
    long firstCount = dealt.first * perCell - (dealt.last == 0 ? surplus : 0);
    long middleCount = dealt.middles == 0 ? 0 : dealt.each * perCell;
    long lastCount = dealt.last == 0 ? firstCount : dealt.last * perCell - surplus;
    Chunks chunks = new Chunks(operation, elementBytes, topology, choice, buffers);
    return new ChannelSplit(
        dealt.channel,
        (int) (1 + dealt.middles + (dealt.last == 0 ? 0 : 1)),
        firstCount,
        middleCount,
        lastCount,
        chunks.of(firstCount),
        dealt.middles == 0 ? 0 : chunks.of(middleCount),
        chunks.of(lastCount));
  }

  /**
   * How many cells the channels get.
   *
   * @param channel the first one
   * @param first cells of the first channel
   * @param middles how many channels there are between the first and the last
   * @param each cells of each of those
   * @param last cells of the last channel, 0 if it is the first
   */
  private record Cells(int channel, long first, long middles, long each, long last) {
    static Cells deal(long cells, long traffic, int channels, Share share) {
      int channel = share.channel;
      long each = Math.min(cells, ceil(share.perChannel, traffic));
      boolean isLast = channel + 1 == channels;
      long first = isLast ? cells : Math.min(cells, ceil(share.perChannel - share.used, traffic));
      long middles = (cells - first) / each;
      long last = (cells - first) % each;
      if (channel + 1 + middles + (last > 0 ? 1 : 0) > channels) {
        middles = channels - channel - 2L;
        each = (cells - first) / (middles + 1);
        last = each + (cells - first) % (middles + 1);
      }
      if (last == 0 && middles > 0) {
        last = each;
        middles--;
      }
      Cells dealt = new Cells(channel, first, middles, each, last);
      dealt.use(share, traffic, channels);
      return dealt;
    }

    /** A channel that has all of its share is left, so that the next call finds room on its own. */
    private void use(Share share, long traffic, int channels) {
      if (last > 0) {
        share.channel = (int) (channel + middles + 1);
        share.used = last * traffic;
      } else {
        share.used += first * traffic;
      }
      if (share.used >= share.perChannel && share.channel + 1 < channels) {
        share.channel++;
        share.used = 0;
      }
    }
  }

  /**
   * How many channels a call may use: fewer than there are when threads would have too little to do
   * (PART-01).
   *
   * @param bytes of the call, all blocks together
   */
  public static int maxChannels(
      Algorithm algorithm,
      Protocol protocol,
      long bytes,
      int worldSize,
      int channels,
      Buffers buffers) {
    long perThread = protocol == Protocol.SIMPLE ? 64 : 8;
    if (algorithm == Algorithm.RING && protocol == Protocol.LL) {
      perThread *= worldSize;
    }
    long perChannel = perThread * buffers.threads(protocol);
    return Math.clamp(bytes / perChannel, 1, channels);
  }

  /** Bytes sent per byte of the call, and four times that if half of them are flags. */
  private static long perByte(Operation operation, Topology topology, Choice choice) {
    long traffic = operation.traffic().of(topology.worldSize());
    return choice.protocol() == Protocol.LL ? 4 * traffic : traffic;
  }

  /** Less traffic than this is no work for a channel. */
  static long leastTraffic(int version) {
    return version >= WIDER_CHANNELS ? 32 << 10 : 16 << 10;
  }

  /** Traffic of each of some channels. */
  static long budget(long total, int channels, int version) {
    long each = total / channels;
    return version >= WIDER_CHANNELS ? up(each, PACK) : Math.max(leastTraffic(version), each);
  }

  /** The channel of a part. */
  public int channel(int part) {
    return firstChannel + part;
  }

  /** The part that has {@code element}. */
  public int partOf(long element) {
    if (element < firstCount) {
      return 0;
    }
    return middleCount == 0
        ? 1
        : (int) Math.min(parts - 1L, 1 + (element - firstCount) / middleCount);
  }

  /** The first element of a part. */
  public long first(int part) {
    return part == 0 ? 0 : firstCount + (part - 1) * middleCount;
  }

  /** How many elements a part has. */
  public long count(int part) {
    return part == 0 ? firstCount : part == parts - 1 ? lastCount : middleCount;
  }

  /** How many elements a chunk of a part has; fewer at its end. */
  public int chunk(int part) {
    return part == 0 ? firstChunk : part == parts - 1 ? lastChunk : middleChunk;
  }

  static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }

  static long up(long a, long multiple) {
    return ceil(a, multiple) * multiple;
  }

  /** Chunks of one call (PART-03). */
  private record Chunks(
      Operation operation, int elementBytes, Topology topology, Choice choice, Buffers buffers) {
    int of(long count) {
      Protocol protocol = choice.protocol();
      boolean blocks = operation.hasBlocks();
      long part = count * elementBytes * (blocks ? topology.worldSize() : 1);
      long bytes = unhalved();
      if (choice.algorithm() == Algorithm.TREE && protocol == Protocol.LL128) {
        bytes = treeLl128(bytes, part);
      } else if (choice.algorithm() == Algorithm.PAT) {
        long steps = operation.reduces() ? 16 : 32;
        while (bytes * steps > part && bytes > 65_536) {
          bytes /= 2;
        }
      }
      int grain = grain(protocol);
      long chunk = bytes / grain * (grain / elementBytes);
      if (chunk == 0) {
        throw new IllegalArgumentException(
            "a buffer of "
                + buffers.bytes(protocol)
                + " bytes for "
                + protocol.nativeName()
                + " has no room for chunks of "
                + grain
                + " bytes");
      }
      return (int) chunk;
    }

    private long unhalved() {
      Protocol protocol = choice.protocol();
      long step = buffers.bytes(protocol) / STEPS;
      return switch (protocol) {
        case LL -> step / 2;
        case LL128 -> step / 16 * 15;
        case SIMPLE -> {
          boolean many = !operation.hasRoot();
          yield many && choice.algorithm() == Algorithm.RING ? step * STEPS / 2 : step;
        }
      };
    }

    /** A tree's LL128 chunks get smaller until there are enough of them to fill its depth. */
    private long treeLl128(long unhalved, long part) {
      float ranksPerHost = topology.worldSize() / (float) topology.hosts();
      int levels = 31 - Integer.numberOfLeadingZeros(topology.hosts());
      float depth = (float) (1 + levels + 0.1 * ranksPerHost);
      long bytes = unhalved;
      while (part / bytes < depth * 64 / ranksPerHost && bytes > 131_072) {
        bytes /= 2;
      }
      while (part / bytes < depth * 16 / ranksPerHost && bytes > 32_768) {
        bytes /= 2;
      }
      return bytes;
    }

    private static int grain(Protocol protocol) {
      return switch (protocol) {
        case LL -> 16;
        case LL128 -> 1920;
        case SIMPLE -> 512;
      };
    }
  }
}
