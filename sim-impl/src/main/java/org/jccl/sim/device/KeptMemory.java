package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.ReportBuilder;

/**
 * Device memory whose address somebody keeps: a device scalar (rule PMS-03). It may be freed
 * meanwhile, and another allocation may lie there then.
 */
public final class KeptMemory {
  private final Allocation allocation;
  private final MemorySegment bytes;
  private boolean kept = true;

  KeptMemory(Allocation allocation, MemorySegment bytes) {
    this.allocation = allocation;
    this.bytes = bytes;
    allocation.isKept(1);
  }

  /** The bytes themselves. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** Its first address. */
  public long address() {
    return bytes.address();
  }

  /** Its length in bytes. */
  public long byteSize() {
    return bytes.byteSize();
  }

  /** Whether its allocation was freed. */
  public boolean isFreed() {
    return allocation.isFreed();
  }

  /** Begins the report of who still uses it: {@code uses} says who, and as what. */
  public ReportBuilder freed(String uses) {
    return new ReportBuilder(
        MisuseKind.BUFFER_FREED,
        uses
            + " in allocation "
            + allocation.number()
            + " ("
            + allocation.bytes().byteSize()
            + " bytes), which was freed before");
  }

  /** Adds who freed it, and where. */
  public ReportBuilder freedBy(ReportBuilder report) {
    String site = allocation.freedAt();
    return site == null
        ? report.among(List.of(allocation.freedBy()))
        : report.rank(allocation.freedBy(), "freed it", "at " + site);
  }

  /** Nobody keeps the address any more. */
  public void release() {
    if (kept) {
      kept = false;
      allocation.isKept(-1);
    }
  }
}
