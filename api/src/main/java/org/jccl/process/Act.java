package org.jccl.process;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the members of a group do together; the ordinal is the operation id on the wire. */
enum Act {
  JOIN,
  BROADCAST,
  ALL_GATHER,
  BARRIER,
  GATHER;

  private static final Act[] BY_ID = values();

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The act with that wire id, or null if there is none. */
  static @Nullable Act ofId(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }

  String label() {
    return label;
  }
}
