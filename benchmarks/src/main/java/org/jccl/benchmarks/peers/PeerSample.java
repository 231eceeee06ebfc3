package org.jccl.benchmarks.peers;

import java.util.List;

/**
 * One repetition of one measurement: a line that a measuring program prints.
 *
 * @param subject id of what was measured
 * @param op key of the operation, or the type of a sum
 * @param ranks number of ranks
 * @param bytes size as nccl-tests counts it
 * @param micros microseconds of one call
 * @param calls calls behind it
 * @param openMillis milliseconds until all ranks were there; 0 where nobody tells
 */
public record PeerSample(
    String subject,
    String op,
    int ranks,
    long bytes,
    double micros,
    double calls,
    double openMillis) {
  private static final int COLUMNS = 6;

  /**
   * The samples in a program's output. Lines of other subjects are somebody's chatter (an MPI's
   * warnings) and are passed over.
   *
   * @throws IllegalArgumentException if a line of {@code subject} is not well-formed
   */
  public static List<PeerSample> parse(String subject, String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(subject + "\t"))
        .map(PeerSample::ofLine)
        .toList();
  }

  private static PeerSample ofLine(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != COLUMNS && fields.length != COLUMNS + 1) {
      throw bad(line);
    }
    try {
      PeerSample sample =
          new PeerSample(
              fields[0],
              fields[1],
              Integer.parseInt(fields[2]),
              Long.parseLong(fields[3]),
              Double.parseDouble(fields[4]),
              Double.parseDouble(fields[5]),
              fields.length > COLUMNS ? Double.parseDouble(fields[COLUMNS]) : 0);
      if (!(sample.micros >= 0 && Double.isFinite(sample.micros))) {
        throw bad(line);
      }
      return sample;
    } catch (NumberFormatException e) {
      throw bad(line);
    }
  }

  private static IllegalArgumentException bad(String line) {
    return new IllegalArgumentException(
        "a measuring program printed '"
            + line
            + "', expected: subject, operation, ranks, bytes, microseconds, calls");
  }
}
