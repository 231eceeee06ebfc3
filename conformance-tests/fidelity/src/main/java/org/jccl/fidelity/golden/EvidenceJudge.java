package org.jccl.fidelity.golden;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongPredicate;
import org.jccl.DataType;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.conformance.data.Elements;
import org.jspecify.annotations.Nullable;

/** Compares a result with what was recorded of it. */
final class EvidenceJudge {
  private final DataType type;
  private final ElementFormat format;
  private final String where;
  private @Nullable LongPredicate spoilt;

  /**
   * @param where the result is, for reports: {@code rank 1}
   */
  EvidenceJudge(DataType type, String where) {
    this.type = type;
    this.format = ElementFormat.of(type);
    this.where = where;
  }

  /** Some elements are wrong in NCCL: theirs is another verdict. Null for none. */
  EvidenceJudge except(@Nullable LongPredicate elements) {
    spoilt = elements;
    return this;
  }

  /** Whether {@code got} is what {@code recorded} says. */
  Finding of(Evidence recorded, MemorySegment got) {
    byte[] bits = recorded.bits();
    if (bits != null) {
      Finding finding = elements(MemorySegment.ofArray(bits), got);
      if (finding.verdict() != ReplayVerdict.EQUAL) {
        return finding;
      }
    }
    String hash = Evidence.hash(got);
    return hash.equals(recorded.hash()) ? Finding.EQUAL : byHash(recorded, hash, got);
  }

  private Finding byHash(Evidence recorded, String hash, MemorySegment got) {
    if (recorded.bits() != null) {
      return Finding.different(
          where
              + ": the bits are those that were recorded, but the hash beside them is "
              + recorded.hash()
              + ", expected "
              + hash);
    }
    // Of hashes nobody can say which elements they are.
    return new Finding(
        spoilt == null ? ReplayVerdict.DIFFERENT : ReplayVerdict.NCCL_DEFECT,
        where + ": hash recorded " + recorded.hash() + ", got " + hash + block(recorded, got));
  }

  private String block(Evidence recorded, MemorySegment got) {
    int bytes = recorded.blockBytes();
    if (bytes == 0) {
      return "";
    }
    List<Integer> own = Evidence.checksums(got, bytes);
    List<Integer> other = recorded.checksums();
    int wrong = 0;
    int first = -1;
    for (int i = 0; i < own.size(); i++) {
      if (!own.get(i).equals(other.get(i))) {
        first = first < 0 ? i : first;
        wrong++;
      }
    }
    if (first < 0) {
      return "; all blocks have the recorded checksums";
    }
    long from = (long) first * bytes / type.bytes();
    long to = Math.min((long) (first + 1) * bytes, got.byteSize()) / type.bytes() - 1;
    return "; "
        + wrong
        + " of "
        + own.size()
        + " blocks differ, the first holds elements "
        + from
        + " to "
        + to;
  }

  private Finding elements(MemorySegment recorded, MemorySegment got) {
    if (recorded.mismatch(got) < 0) {
      return Finding.EQUAL;
    }
    long count = recorded.byteSize() / type.bytes();
    long differing = 0;
    long nans = 0;
    long wrong = 0;
    long first = -1;
    for (long i = 0; i < count; i++) {
      long a = Elements.get(recorded, type, i);
      long b = Elements.get(got, type, i);
      if (a != b) {
        differing++;
        if (type == DataType.FLOAT64 && format.isNan(a) && format.isNan(b)) {
          nans++;
        } else if (spoilt != null && spoilt.test(i)) {
          wrong++;
        } else {
          first = first < 0 ? i : first;
        }
      }
    }
    if (first < 0 && wrong > 0) {
      return new Finding(
          ReplayVerdict.NCCL_DEFECT, where + ": " + wrong + " of " + count + " elements are wrong");
    }
    if (first < 0) {
      return new Finding(
          ReplayVerdict.NAN_BITS, where + ": " + nans + " NaNs are encoded otherwise");
    }
    return Finding.different(
        where
            + ": "
            + differing
            + " of "
            + count
            + " elements differ, the first is ["
            + first
            + "]: recorded "
            + hex(Elements.get(recorded, type, first))
            + ", got "
            + hex(Elements.get(got, type, first)));
  }

  private String hex(long bits) {
    return String.format("%0" + 2 * type.bytes() + "X", bits);
  }
}
