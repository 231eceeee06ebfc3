package org.jccl.sim.comm.plan;

import java.util.Optional;
import org.jccl.MisuseKind;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;

/** Which algorithm and protocol the ranks of a communicator pin: all the same (rule ENV-06). */
final class AlgorithmPins {
  private final SharedComm comm;
  private int first = -1;
  private Optional<Algorithm> algorithm = Optional.empty();
  private Optional<Protocol> protocol = Optional.empty();

  AlgorithmPins(SharedComm comm) {
    this.comm = comm;
  }

  /** The algorithm, if one is pinned. */
  Optional<Algorithm> algorithm() {
    return algorithm;
  }

  /** The protocol, if one is pinned. */
  Optional<Protocol> protocol() {
    return protocol;
  }

  /** A rank states its pins, which must be those of the ranks before. */
  void agree(int rank, Optional<Algorithm> itsAlgorithm, Optional<Protocol> itsProtocol) {
    if (first < 0) {
      first = rank;
      algorithm = itsAlgorithm;
      protocol = itsProtocol;
    } else if (!algorithm.equals(itsAlgorithm) || !protocol.equals(itsProtocol)) {
      comm.throwIfError(disagreement(rank, words(itsAlgorithm, itsProtocol)));
    }
  }

  private ReportBuilder disagreement(int rank, String pins) {
    return new ReportBuilder(MisuseKind.MISMATCH, " in " + comm.name() + ": ranks pin differently")
        .rank(first, "pins " + words(algorithm, protocol), null)
        .rank(rank, "pins " + pins, null)
        .line(
            "give all ranks the same algorithm and protocol, as a process gives all its own (ENV-06)");
  }

  private static String words(Optional<Algorithm> algorithm, Optional<Protocol> protocol) {
    return algorithm.map(Algorithm::nativeName).orElse("any algorithm")
        + " and "
        + protocol.map(Protocol::nativeName).orElse("any protocol");
  }
}
