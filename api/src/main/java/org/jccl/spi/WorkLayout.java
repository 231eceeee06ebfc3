package org.jccl.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceRange;
import org.jccl.Work;

/**
 * Where the memory of a piece of work lies in one host block, in which its body sees it. Ranges
 * that overlap share their bytes, as they do on the device.
 */
public final class WorkLayout {
  /** Places in the block are addresses on the device, modulo this. */
  private static final long ALIGNMENT = 256;

  /**
   * A piece of device memory and its place in the block.
   *
   * @param address where it begins on the device
   * @param bytes how long it is
   * @param offset where it begins in the block
   */
  public record Piece(long address, long bytes, long offset) {
    private boolean holds(long start, long length) {
      return address <= start && length <= bytes && start - address <= bytes - length;
    }
  }

  private final Work work;
  private final List<Piece> all = new ArrayList<>();
  private final List<Piece> written = new ArrayList<>();
  private final long bytes;

  private WorkLayout(Work work) {
    this.work = work;
    long end = 0;
    for (Piece each : merged(both(work))) {
      long offset = aligned(end) + Math.floorMod(each.address, ALIGNMENT);
      all.add(new Piece(each.address, each.bytes, offset));
      end = offset + each.bytes;
    }
    this.bytes = aligned(end);
    for (Piece each : merged(work.writes().stream())) {
      written.add(new Piece(each.address, each.bytes, offsetOf(each.address, each.bytes)));
    }
  }

  /**
   * {@return the layout of {@code work}}
   *
   * @param work the work
   * @param device the device whose memory it uses
   * @throws IllegalArgumentException if it uses another device's
   * @throws IllegalStateException if it uses a closed buffer
   */
  public static WorkLayout of(Work work, Device device) {
    both(work).forEach(range -> check(work, range, device));
    return new WorkLayout(work);
  }

  private static Stream<DeviceRange> both(Work work) {
    return Stream.concat(work.reads().stream(), work.writes().stream());
  }

  private static void check(Work work, DeviceRange range, Device device) {
    if (!(range instanceof DeviceBuffer buffer)) {
      return;
    }
    if (buffer.device() != device) {
      throw new IllegalArgumentException(
          work + " on device " + device.index() + " uses memory of another one: " + buffer);
    }
    if (buffer.isFreed()) {
      throw new IllegalStateException(work + " uses a closed buffer: " + buffer);
    }
  }

  private static List<Piece> merged(Stream<DeviceRange> ranges) {
    List<DeviceRange> sorted =
        ranges
            .filter(range -> range.bytes() > 0)
            .sorted(Comparator.comparingLong(DeviceRange::address))
            .toList();
    List<Piece> pieces = new ArrayList<>();
    for (DeviceRange range : sorted) {
      Piece last = pieces.isEmpty() ? null : pieces.getLast();
      if (last == null || last.address + last.bytes <= range.address()) {
        pieces.add(new Piece(range.address(), range.bytes(), 0));
      } else {
        long longer = range.address() + range.bytes() - last.address;
        pieces.removeLast();
        pieces.add(new Piece(last.address, Math.max(last.bytes, longer), 0));
      }
    }
    return pieces;
  }

  private static long aligned(long at) {
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** {@return the work} */
  public Work work() {
    return work;
  }

  /** {@return the size of the block} */
  public long bytes() {
    return bytes;
  }

  /** {@return all that the work uses: what the block holds when the body begins} */
  public List<Piece> all() {
    return all;
  }

  /** {@return what the work writes: what goes back when the body has ended} */
  public List<Piece> written() {
    return written;
  }

  /** {@return where a range lies in the block, or -1 if the work does not declare all of it} */
  long offsetOf(long address, long length) {
    for (Piece each : all) {
      if (each.holds(address, length)) {
        return each.offset + address - each.address;
      }
    }
    return -1;
  }

  /** {@return whether the work declares that it writes all of a range} */
  boolean writes(long address, long length) {
    return written.stream().anyMatch(each -> each.holds(address, length));
  }
}
