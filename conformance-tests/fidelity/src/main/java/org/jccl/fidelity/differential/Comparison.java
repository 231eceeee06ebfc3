package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.Worlds;
import org.jspecify.annotations.Nullable;

/** Runs programs on a subject and on the reference and tells where they differ. */
public final class Comparison {
  private static final int SHOWN_BYTES = 16;

  private final Worlds subject;
  private final Worlds reference;

  /** Compares {@code subject} with {@code reference}. */
  public Comparison(Worlds subject, Worlds reference) {
    this.subject = subject;
    this.reference = reference;
  }

  /**
   * What came of one program.
   *
   * @param hash of everything that the subject observed; 0 if it did not come to an end
   * @param difference where the two differ first, if they do
   */
  public record Result(long hash, Optional<String> difference) {}

  /** Runs {@code program} on both. */
  public Result of(WholeProgram program) {
    Prepared prepared = Prepared.of(program);
    List<Observation> expected = observations(reference, prepared);
    List<Observation> seen;
    try {
      seen = observations(subject, prepared);
    } catch (RuleViolation failure) {
      return new Result(
          0, Optional.of(subject.subject().name() + " failed: " + failure.getMessage()));
    }
    return new Result(hash(seen), Optional.ofNullable(difference(program, expected, seen)));
  }

  /** Runs a lifecycle program on both. */
  public Result of(LifecycleProgram program) {
    List<List<String>> expected = notes(reference, program);
    List<List<String>> seen;
    try {
      seen = notes(subject, program);
    } catch (RuleViolation failure) {
      return new Result(
          0, Optional.of(subject.subject().name() + " failed: " + failure.getMessage()));
    }
    CRC32 crc = new CRC32();
    crc.update(seen.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (int rank = 0; rank < program.ranks(); rank++) {
      String words = notes(expected.get(rank), seen.get(rank));
      if (words != null) {
        return new Result(crc.getValue(), Optional.of("rank " + rank + ": " + words));
      }
    }
    return new Result(crc.getValue(), Optional.empty());
  }

  /** What every rank notes, in rank order. */
  static List<List<String>> notes(Worlds worlds, LifecycleProgram program) {
    List<List<String>> seen =
        new ArrayList<>(java.util.Collections.nCopies(program.ranks(), List.of()));
    worlds.run(
        program.ranks(),
        rank -> {
          List<String> own = LifecyclePerformance.of(program, rank);
          synchronized (seen) {
            seen.set(rank.rank(), own);
          }
        });
    return seen;
  }

  /**
   * What every rank observes, in rank order.
   *
   * @throws RuleViolation if a rank fails or hangs
   */
  public static List<Observation> observations(Worlds worlds, WholeProgram program) {
    return observations(worlds, Prepared.of(program));
  }

  private static List<Observation> observations(Worlds worlds, Prepared prepared) {
    WholeProgram program = prepared.program();
    @Nullable Observation[] seen = new Observation[program.ranks()];
    worlds.run(
        program.ranks(),
        rank -> {
          Observation own = Performance.of(prepared, rank);
          synchronized (seen) {
            seen[rank.rank()] = own;
          }
        });
    List<Observation> all = new ArrayList<>();
    for (Observation own : seen) {
      if (own != null) {
        all.add(own);
      }
    }
    return all;
  }

  private static long hash(List<Observation> seen) {
    CRC32 crc = new CRC32();
    for (Observation each : seen) {
      crc.update(Long.toHexString(each.hash()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return crc.getValue();
  }

  private @Nullable String difference(
      WholeProgram program, List<Observation> expected, List<Observation> seen) {
    for (int rank = 0; rank < program.ranks(); rank++) {
      Observation one = expected.get(rank);
      Observation other = seen.get(rank);
      String notes = notes(one.notes(), other.notes());
      if (notes == null && !one.equals(other)) {
        notes = memory(program, rank, one.memory(), other.memory());
      }
      if (notes != null) {
        return "rank " + rank + ": " + notes;
      }
    }
    return null;
  }

  private @Nullable String notes(List<String> expected, List<String> seen) {
    for (int i = 0; i < Math.min(expected.size(), seen.size()); i++) {
      if (!expected.get(i).equals(seen.get(i))) {
        return "step "
            + said(expected.get(i))
            + "; "
            + subject.subject().name()
            + ": "
            + seen.get(i);
      }
    }
    return expected.size() == seen.size()
        ? null
        : seen.size() + " results of " + subject.subject().name() + ", " + said(expected.size());
  }

  private String said(Object what) {
    return what + " on " + reference.subject().name();
  }

  private String memory(WholeProgram program, int rank, byte[] expected, byte[] seen) {
    int at = java.util.Arrays.mismatch(expected, seen);
    int to = Math.min(at + SHOWN_BYTES, seen.length);
    HexFormat hex = HexFormat.of();
    return "byte "
        + at
        + " of its memory ("
        + whose(program, rank, at)
        + "): "
        + said(hex.formatHex(expected, at, to))
        + ", "
        + hex.formatHex(seen, at, to)
        + " on "
        + subject.subject().name();
  }

  /** Which buffer of which call byte {@code at} belongs to. */
  private static String whose(WholeProgram program, int rank, int at) {
    MemoryPlan plan = MemoryPlan.of(program, rank);
    List<Call> calls = program.calls();
    for (int i = 0; i < calls.size(); i++) {
      MemoryPlan.Places places = plan.call(i);
      MemoryPlan.Place recv = places.recv();
      if (at >= places.first() && at < places.end() + MemoryPlan.GUARD) {
        int bytes = calls.get(i).type().bytes();
        String where = "not received by";
        if (recv != null && at >= recv.at() && at < recv.at() + recv.elements() * bytes) {
          where = "recv[" + (at - recv.at()) / bytes + "]";
        }
        return where + " of call " + i + ": " + calls.get(i);
      }
    }
    return "nobody's";
  }
}
