package org.jccl.process;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the members of a group do together; the ordinal is the operation id on the wire. */
enum ControlOperation {
  JOIN,
  BROADCAST,
  ALL_GATHER,
  BARRIER,
  GATHER;

  private static final ControlOperation[] BY_ID = values();

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The operation with that wire id, or null if there is none. */
  static @Nullable ControlOperation ofId(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }

  String label() {
    return label;
  }
}
