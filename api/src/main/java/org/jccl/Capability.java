package org.jccl;

/**
 * What one rank would open a communicator with.
 *
 * @param backend short name of the backend
 * @param version NCCL version code; all ranks must have the same (rule VER-04)
 * @param library where the implementation was found, for people
 * @param device unique name of the physical device across hosts
 * @param sharesDevice whether several ranks may share that device; by default no two do (INIT-07,
 *     INIT-08)
 */
public record Capability(
    String backend, int version, String library, String device, boolean sharesDevice) {
  /**
   * Of a rank that needs a device of its own.
   *
   * @param backend short name of the backend
   * @param version NCCL version code
   * @param library where the implementation was found, for people
   * @param device unique name of the physical device across hosts
   */
  public Capability(String backend, int version, String library, String device) {
    this(backend, version, library, device, false);
  }
}
