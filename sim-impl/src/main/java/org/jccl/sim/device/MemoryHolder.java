package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/**
 * A window or a registration: it must be closed before the memory under it is freed (MEM-06).
 *
 * @param rank whose it is
 * @param words what it is, for people
 * @param site where it was made, if that is known
 */
public record MemoryHolder(int rank, String words, @Nullable String site) {}
