package org.jccl.conformance.cases;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * How the ranks of a world are divided into communicators: ranks of one colour form one, in the
 * order of their keys (rules SPL-02, SPL-03).
 *
 * @param colours a colour for each rank, {@link #NO_COLOUR} for none
 * @param keys a key for each rank
 * @param channels how many channels the communicators are limited to; 0 if they are not
 */
public record WorldSplit(List<Integer> colours, List<Integer> keys, int channels) {
  /** A rank of this colour is in no communicator (rule SPL-04). */
  public static final int NO_COLOUR = -1;

  private static final Map<Integer, List<WorldSplit>> KNOWN = new ConcurrentHashMap<>();

  /** Copies the lists. */
  public WorldSplit {
    colours = List.copyOf(colours);
    keys = List.copyOf(keys);
  }

  /** Without a limit to channels. */
  public WorldSplit(List<Integer> colours, List<Integer> keys) {
    this(colours, keys, 0);
  }

  /** The same with fewer channels. */
  public WorldSplit limitedTo(int fewer) {
    return new WorldSplit(colours, keys, fewer);
  }

  /** All ranks, in their order. */
  public static WorldSplit world(int ranks) {
    return new WorldSplit(
        IntStream.range(0, ranks).map(rank -> 0).boxed().toList(),
        IntStream.range(0, ranks).boxed().toList());
  }

  /**
   * The divisions that programs of a world of {@code ranks} use, so that communicators can be kept
   * from program to program. The first two are the world itself, twice.
   */
  public static List<WorldSplit> of(int ranks) {
    return KNOWN.computeIfAbsent(ranks, WorldSplit::divisions);
  }

  private static List<WorldSplit> divisions(int ranks) {
    List<Integer> all = IntStream.range(0, ranks).boxed().toList();
    List<WorldSplit> splits = new ArrayList<>(List.of(world(ranks), world(ranks)));
    if (ranks > 1) {
      List<Integer> backwards = all.stream().map(rank -> -rank).toList();
      splits.add(new WorldSplit(all.stream().map(rank -> rank % 2).toList(), all));
      splits.add(new WorldSplit(all.stream().map(rank -> 5).toList(), backwards));
      splits.add(new WorldSplit(all.stream().map(rank -> rank == 0 ? NO_COLOUR : 3).toList(), all));
      List<Integer> halves = all.stream().map(rank -> 2 * rank / ranks).toList();
      splits.add(new WorldSplit(halves, backwards));
    }
    return List.copyOf(splits);
  }

  /** Whether {@code rank} is in one of the communicators. */
  public boolean contains(int rank) {
    return colours.get(rank) != NO_COLOUR;
  }

  /** The ranks of the communicator that {@code rank} is in, in its order. */
  public List<Integer> groupOf(int rank) {
    return IntStream.range(0, colours.size())
        .filter(other -> colours.get(other).equals(colours.get(rank)))
        .boxed()
        .sorted(Comparator.comparing(keys::get))
        .toList();
  }

  /** The sizes of the communicators, without order. */
  public List<Integer> sizes() {
    return IntStream.range(0, colours.size())
        .filter(this::contains)
        .mapToObj(this::groupOf)
        .distinct()
        .map(List::size)
        .toList();
  }

  /** Whether every rank is in one of the communicators. */
  public boolean isComplete() {
    return !colours.contains(NO_COLOUR);
  }

  @Override
  public String toString() {
    return "colours "
        + colours
        + ", keys "
        + keys
        + (channels == 0 ? "" : ", " + channels + " channels");
  }
}
