package org.jccl.fidelity.floats;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.Worlds;

/** Runs cases on a subject and on the reference and compares all memory of all ranks. */
final class FloatComparison {
  /** What came of one case. */
  enum Verdict {
    /** The same bits everywhere. */
    AGREE,
    /** The same but for the encoding of f64 NaNs, which NCCL leaves open (NAN-02). */
    NAN_BITS,
    /** Not run: the variables leave no algorithm for one of the calls (ENV-06). */
    NOT_RUN,
    /** Other bits. */
    DIFFER,
    /** One of the two failed or hung. */
    FAILED
  }

  /**
   * The outcome of a case.
   *
   * @param hash of all that the subject gave; 0 if it failed
   * @param choices what the simulator says NCCL would choose for each call alone
   * @param words what is different, or empty
   */
  record Outcome(Verdict verdict, long hash, String choices, String words) {
    boolean differs() {
      return verdict == Verdict.DIFFER || verdict == Verdict.FAILED;
    }
  }

  /** A rank's memory before, and after on both sides; grows. */
  private static final class Room {
    private MemorySegment all = MemorySegment.NULL;
    private long bytes;

    /** Makes room for {@code each} bytes. */
    void reserve(long each) {
      bytes = each;
      long needed = 3 * aligned();
      if (all.byteSize() < needed) {
        all = Arena.ofAuto().allocate(Math.max(2 * needed, 1 << 16), 4096);
      }
    }

    private long aligned() {
      return (bytes + 4095) / 4096 * 4096;
    }

    MemorySegment before() {
      return all.asSlice(0, bytes);
    }

    MemorySegment expected() {
      return all.asSlice(aligned(), bytes);
    }

    MemorySegment seen() {
      return all.asSlice(2 * aligned(), bytes);
    }
  }

  private static final long LARGE = 1 << 20;

  private final Worlds subject;
  private final Worlds reference;
  private final List<Room> rooms;

  FloatComparison(Worlds subject, Worlds reference, int ranks) {
    this.subject = subject;
    this.reference = reference;
    this.rooms = IntStream.range(0, ranks).mapToObj(rank -> new Room()).toList();
  }

  /** Runs a case on both. */
  Outcome of(FloatCase each) {
    List<FloatLayout> layouts = prepared(each);
    AtomicReference<String> choices = new AtomicReference<>("");
    try {
      reference.run(
          each.ranks(),
          rank -> {
            Room room = rooms.get(rank.rank());
            FloatLayout layout = layouts.get(rank.rank());
            FloatBench bench = FloatBench.of(rank);
            String own = bench.choices(rank, each);
            if (own.contains(FloatChoice.NOTHING)) {
              choices.set(own);
              return;
            }
            choices.compareAndSet("", own);
            bench.perform(rank, each, layout, room.before(), room.expected());
          });
    } catch (RuleViolation failure) {
      return failed(reference, choices.get(), failure);
    }
    if (choices.get().contains(FloatChoice.NOTHING)) {
      return new Outcome(Verdict.NOT_RUN, 0, choices.get(), "");
    }
    try {
      subject.run(
          each.ranks(),
          rank -> {
            Room room = rooms.get(rank.rank());
            FloatLayout layout = layouts.get(rank.rank());
            FloatBench.of(rank).perform(rank, each, layout, room.before(), room.seen());
          });
    } catch (RuleViolation failure) {
      return failed(subject, choices.get(), failure);
    }
    return compared(layouts, choices.get());
  }

  private List<FloatLayout> prepared(FloatCase each) {
    List<FloatLayout> layouts = new ArrayList<>();
    for (int rank = 0; rank < each.ranks(); rank++) {
      FloatLayout layout = FloatLayout.of(each, rank);
      layouts.add(layout);
      rooms.get(rank).reserve(layout.bytes());
    }
    IntStream all = IntStream.range(0, each.ranks());
    boolean large = layouts.stream().anyMatch(layout -> layout.bytes() > LARGE);
    (large ? all.parallel() : all)
        .forEach(rank -> layouts.get(rank).fill(rooms.get(rank).before()));
    return layouts;
  }

  private static Outcome failed(Worlds worlds, String choices, RuleViolation failure) {
    String words = worlds.subject().name() + " failed: " + failure.getMessage();
    return new Outcome(Verdict.FAILED, 0, choices, words);
  }

  private Outcome compared(List<FloatLayout> layouts, String choices) {
    Verdict verdict = Verdict.AGREE;
    List<String> words = new ArrayList<>();
    CRC32 hash = new CRC32();
    for (FloatLayout layout : layouts) {
      Room room = rooms.get(layout.rank());
      hash.update(room.seen().asByteBuffer());
      if (room.expected().mismatch(room.seen()) >= 0) {
        RankDifference differences = new RankDifference(layout, room.expected(), room.seen());
        if (differences.verdict().compareTo(verdict) > 0) {
          verdict = differences.verdict();
          words.clear(); // of NaNs that are only encoded otherwise
        }
        if (verdict != Verdict.AGREE && differences.verdict() == verdict) {
          words.add(differences.words(reference.subject().name(), subject.subject().name()));
        }
      }
    }
    return new Outcome(verdict, hash.getValue(), choices, String.join("\n", words));
  }
}
