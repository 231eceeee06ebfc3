package org.jccl.fidelity.golden;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A communicator of a recording.
 *
 * @param id its number
 * @param phase of the recording
 * @param name what it is called within its phase
 * @param ranks how many
 * @param algorithm that was pinned, or null
 * @param protocol that was pinned, or null
 * @param ctas fewest and most channels, or 0 if those were not limited
 * @param environment further variables of NCCL's
 * @param rings the ranks of each channel's ring; empty if they were not logged
 * @param trees what each rank said of its trees
 */
public record RecordedCommunicator(
    int id,
    String phase,
    String name,
    int ranks,
    @Nullable String algorithm,
    @Nullable String protocol,
    int ctas,
    Map<String, String> environment,
    List<List<Integer>> rings,
    List<String> trees) {

  /** All variables that it was made with. */
  public Map<String, String> variables() {
    Map<String, String> variables = new TreeMap<>(environment);
    if (algorithm != null) {
      variables.put("NCCL_ALGO", algorithm);
    }
    if (protocol != null) {
      variables.put("NCCL_PROTO", protocol);
    }
    return variables;
  }

  /** In words. */
  @Override
  public String toString() {
    return phase + "/" + name + " (" + ranks + " ranks)";
  }
}
