package org.jccl.sim.algo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jccl.DataType;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.math.FoldOrder;

/**
 * The orders of rings against a play of what the kernels' threads do: every rank goes through its
 * list of sends and receives, and a message says whose inputs it has, in order.
 */
class RingStepsTest {
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void allReduce_isWhatTheSendsAndReceivesCompute(
      @ForAll Protocol protocol,
      @ForAll DataType type,
      @ForAll @IntRange(min = 2, max = 6) int n,
      @ForAll @IntRange(min = 1, max = 7) int channels,
      @ForAll @IntRange(min = 1, max = 4000) int count,
      @ForAll boolean newer) {
    Topology topology = Topologies.alternating(n, channels);
    Buffers buffers = new Buffers(2048, 1 << 15, 1 << 13, 512, 640);
    Choice choice = new Choice(Algorithm.RING, protocol, channels, 0);
    Orders orders = new Orders(topology, buffers, newer ? 23007 : 22809);
    FoldOrder order = orders.of(Operation.ALL_REDUCE, type, count, 0, choice);
    ChannelSplit split = orders.split(Operation.ALL_REDUCE, type, count, choice);
    FoldOrder.Piece piece = new FoldOrder.Piece();
    for (int part = 0; part < split.parts(); part++) {
      int[] ring = topology.rings().get(part);
      for (Chunk chunk : loops(split, part, n, 16 / type.bytes())) {
        List<Integer> played = play(ring, chunk.index);
        long end = chunk.first + chunk.count;
        order.find(chunk.first, Long.MAX_VALUE, piece);
        assertThat(piece.count()).isEqualTo(chunk.count);
        for (long element : new long[] {chunk.first, (chunk.first + end) / 2, end - 1}) {
          order.find(element, end, piece);
          assertThat(piece.offset()).isEqualTo(element - chunk.first);
          assertThat(piece.count()).isEqualTo(end - element);
          assertThat(ranks(piece, n)).isEqualTo(played);
        }
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void reduceAndReduceScatter_endAtWhoeverGetsTheElement(
      @ForAll Protocol protocol,
      @ForAll @IntRange(min = 2, max = 6) int n,
      @ForAll @IntRange(min = 1, max = 7) int channels,
      @ForAll @IntRange(min = 1, max = 4000) int count,
      @ForAll @IntRange(max = 5) int anyRoot) {
    Topology topology = Topologies.alternating(n, channels);
    int root = anyRoot % n;
    Choice choice = new Choice(Algorithm.RING, protocol, channels, 0);
    Orders orders = new Orders(topology, Buffers.defaults(), 22809);
    FoldOrder.Piece piece = new FoldOrder.Piece();
    DataType type = DataType.FLOAT32;
    FoldOrder scatter = orders.of(Operation.REDUCE_SCATTER, type, count, 0, choice);
    ChannelSplit scattered = orders.split(Operation.REDUCE_SCATTER, type, count, choice);
    FoldOrder reduce = orders.of(Operation.REDUCE, type, count, root, choice);
    ChannelSplit reduced = orders.split(Operation.REDUCE, type, count, choice);
    for (long element = 0; element < count; element += 1 + count / 50) {
      int[] ring = topology.rings().get(reduced.partOf(element));
      reduce.find(element, count, piece);
      assertThat(ranks(piece, n)).isEqualTo(endingAt(ring, root));
      for (int d = 0; d < n; d++) {
        ring = topology.rings().get(scattered.partOf(element));
        scatter.find((long) d * count + element, (long) n * count, piece);
        assertThat(ranks(piece, n)).isEqualTo(endingAt(ring, d));
        assertThat(piece.count()).isLessThanOrEqualTo(count - element);
      }
    }
  }

  private static List<Integer> endingAt(int[] ring, int last) {
    List<Integer> ranks = new ArrayList<>();
    int at = 0;
    while (ring[at] != last) {
      at++;
    }
    for (int i = 1; i <= ring.length; i++) {
      ranks.add(ring[(at + i) % ring.length]);
    }
    return ranks;
  }

  private static List<Integer> ranks(FoldOrder.Piece piece, int n) {
    List<Integer> ranks = new ArrayList<>();
    for (int step = 0; step < n; step++) {
      ranks.add(piece.rank(step));
    }
    return ranks;
  }

  /** The chunks of a part that have elements, loop by loop. */
  private static List<Chunk> loops(ChannelSplit split, int part, int n, int align) {
    List<Chunk> chunks = new ArrayList<>();
    long full = split.chunk(part);
    for (long off = 0; off < split.count(part); off += n * full) {
      long rest = split.count(part) - off;
      long size = full;
      if (rest < n * full) {
        size = (rest + n - 1) / n;
        while (size % align != 0) {
          size++;
        }
      }
      for (int i = 0; i < n && i * size < rest; i++) {
        chunks.add(
            new Chunk(split.first(part) + off + i * size, Math.min(size, rest - i * size), i));
      }
    }
    return chunks;
  }

  private record Chunk(long first, long count, int index) {}

  /** Whose inputs the finished chunk has, first to last. */
  private static List<Integer> play(int[] ring, int chunk) {
    int n = ring.length;
    List<Deque<List<Integer>>> inbox = new ArrayList<>();
    for (int p = 0; p < n; p++) {
      inbox.add(new ArrayDeque<>());
    }
    List<List<Integer>> results = new ArrayList<>();
    int[] next = new int[n];
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int p = 0; p < n; p++) {
        // Step s of a rank handles chunk p-1-s; the first n-1 are sends, then it copies.
        while (next[p] < 2 * n - 1 && (next[p] == 0 || !inbox.get(p).isEmpty())) {
          step(ring, chunk, p, next[p]++, inbox, results);
          moved = true;
        }
      }
    }
    assertThat(next).containsOnly(2 * n - 1);
    assertThat(results).hasSize(n).containsOnly(results.getFirst());
    return results.getFirst();
  }

  /** Messages of other chunks are played as empty lists. */
  private static void step(
      int[] ring,
      int chunk,
      int p,
      int step,
      List<Deque<List<Integer>>> inbox,
      List<List<Integer>> results) {
    int n = ring.length;
    List<Integer> value = new ArrayList<>(step == 0 ? List.of() : inbox.get(p).removeFirst());
    int handled = Math.floorMod(p - 1 - step, n);
    if (handled == chunk) {
      if (step < n) {
        value.add(ring[p]);
      }
      if (step >= n - 1) {
        results.add(List.copyOf(value));
      }
    }
    if (step < 2 * n - 2) {
      inbox.get((p + 1) % n).addLast(value);
    }
  }
}
