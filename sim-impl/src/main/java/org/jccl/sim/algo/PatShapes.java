package org.jccl.sim.algo;

import java.util.stream.IntStream;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.FoldProgram;
import org.jspecify.annotations.Nullable;

/**
 * The trees of PAT's reduce-scatter, one for each aggregation factor (PAT-01).
 *
 * <p>A rank's place is its distance t before the destination. It combines its own input with what
 * it gets from the places t + 2^k; all ranks with the same distance do the same, so one program
 * serves every destination.
 */
final class PatShapes {
  /** Doublings of the aggregation beyond what fills a chunk: log2 of a buffer's steps. */
  private static final int EXTRA = 3;

  private final int worldSize;
  private final @Nullable Shape[] byLog = new @Nullable Shape[Integer.SIZE];

  PatShapes(int worldSize) {
    this.worldSize = worldSize;
  }

  /** The order of a reduce-scatter of {@code block} elements to each rank. */
  FoldOrder order(ChannelSplit split, long block, int elementBytes) {
    Shape[] shapes = new Shape[Math.min(3, split.parts())];
    for (int i = 0; i < shapes.length; i++) {
      int part = i == 2 ? split.parts() - 1 : i;
      long bytes = (long) split.chunk(part) * elementBytes;
      shapes[i] = shape(aggregation(bytes, split.count(part) * elementBytes));
    }
    return new Order(worldSize, split, block, shapes);
  }

  /** How many steps travel in one message, as a power of two. */
  int aggregation(long chunkBytes, long partBytes) {
    int factor = 1;
    while (chunkBytes / (partBytes * factor) >= 2 && factor < worldSize / 2) {
      factor *= 2;
    }
    for (int i = 0; i < EXTRA && factor < worldSize / 2; i++) {
      factor *= 2;
    }
    return factor;
  }

  /** Two threads may make the same shape: both are right. */
  Shape shape(int aggregation) {
    int log = Integer.numberOfTrailingZeros(aggregation);
    Shape known = byLog[log];
    if (known != null) {
      return known;
    }
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(worldSize - 1);
    FoldProgram.Builder program = new FoldProgram.Builder(worldSize);
    program.push(0);
    receive(0, bits - log, bits, program);
    int[] backwards = IntStream.range(0, worldSize).map(t -> (worldSize - t) % worldSize).toArray();
    Shape made = new Shape(backwards, program.build());
    byLog[log] = made;
    return made;
  }

  /** What the place {@code t} adds to its own input, which is on the stack. */
  private void receive(int t, int far, int bits, FoldProgram.Builder program) {
    int zeros = t == 0 ? bits : Integer.numberOfTrailingZeros(t);
    if (t % (1 << far) != 0) {
      downFrom(zeros - 1, 0, t, far, bits, program);
      return;
    }
    downFrom(Math.min(far, zeros) - 1, 1, t, far, bits, program);
    for (int k = Math.max(far, 1); k < zeros; k++) {
      from(k, t, far, bits, program);
    }
    if (zeros > 0) {
      from(0, t, far, bits, program);
    }
  }

  private void downFrom(int high, int low, int t, int far, int bits, FoldProgram.Builder program) {
    for (int k = high; k >= low; k--) {
      from(k, t, far, bits, program);
    }
  }

  /** One step of a place: received ∘ accumulated. */
  private void from(int k, int t, int far, int bits, FoldProgram.Builder program) {
    int sender = t + (1 << k);
    if (sender >= worldSize) {
      return;
    }
    if ((sender & 1) != 0) {
      program.fold(sender);
    } else {
      program.push(sender);
      receive(sender, far, bits, program);
      program.receive();
    }
  }

  /** Destination d's block: the places behind d. */
  private static final class Order extends BlockOrder {
    private final int worldSize;
    private final Shape[] shapes;

    Order(int worldSize, ChannelSplit split, long block, Shape[] shapes) {
      super(split, block);
      this.worldSize = worldSize;
      this.shapes = shapes;
    }

    @Override
    public int worldSize() {
      return worldSize;
    }

    @Override
    void fold(Piece piece, long count, long offset, int part, int index) {
      int which = part == 0 ? 0 : part == split().parts() - 1 ? shapes.length - 1 : 1;
      int start = index == 0 ? 0 : worldSize - index;
      shapes[which].set(piece, count, offset, start);
    }
  }
}
