package org.jccl;

/**
 * What one rank would open a communicator with.
 *
 * @param backend short name of the backend
 * @param version NCCL version code; all ranks must have the same (rule VER-04)
 * @param library where the implementation was found, for people
 * @param device unique name of the physical device across hosts; no two ranks may share one
 *     (INIT-07)
 */
public record Capability(String backend, int version, String library, String device) {}
