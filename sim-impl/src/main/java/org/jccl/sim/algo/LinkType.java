package org.jccl.sim.algo;

/** The slowest kind of link on a path, in NCCL's order: later is farther. */
public enum LinkType {
  /** The same device. */
  LOCAL,
  /** NVLink, directly or through a switch. */
  NVLINK,
  /** NVLink through another GPU. */
  NVLINK_RELAYED,
  /** A chip-to-chip link to the CPU. */
  CHIP_TO_CHIP,
  /** One PCIe switch. */
  PCI_SWITCH,
  /** Several PCIe switches. */
  PCI_SWITCHES,
  /** A chip-to-chip link and PCIe. */
  PCI_OVER_CHIP,
  /** NVLink to another GPU, and its network card. */
  OTHER_GPUS_CARD,
  /** Through the CPU. */
  HOST_BRIDGE,
  /** From one CPU to another. */
  SYSTEM;

  private static final LinkType[] VALUES = values();

  LinkType next() {
    return VALUES[ordinal() + 1];
  }

  /** Whether a path of this kind is at most as far as {@code other}. */
  public boolean isWithin(LinkType other) {
    return ordinal() <= other.ordinal();
  }
}
