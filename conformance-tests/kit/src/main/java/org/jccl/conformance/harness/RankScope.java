package org.jccl.conformance.harness;

import java.util.ArrayList;
import java.util.List;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Stream;

/** What a rank uses on its device while a body runs; it is closed behind the body, last first. */
public abstract class RankScope implements AutoCloseable {
  private final List<AutoCloseable> owned = new ArrayList<>();

  /** Nothing is in use yet. */
  protected RankScope() {}

  /** This rank's device. */
  public abstract Device device();

  /** Takes over what is to be closed behind the body. */
  public final <T extends AutoCloseable> T own(T made) {
    owned.add(made);
    return made;
  }

  /** Memory that holds {@code numbers}, rounded to {@code type}. */
  public final DeviceBuffer memory(DataType type, double... numbers) {
    return own(Values.of(device(), type, numbers));
  }

  /** Memory that holds {@code bits}, one element each. */
  public final DeviceBuffer bits(DataType type, long... bits) {
    return own(Values.ofBits(device(), type, bits));
  }

  /** Memory for {@code count} elements, all bytes zero. */
  public final DeviceBuffer zeros(DataType type, int count) {
    return own(Values.zeros(device(), type, count));
  }

  /** A stream of this rank's device. */
  public final Stream newStream() {
    return own(device().newStream());
  }

  /** An event of this rank's device. */
  public final Event newEvent() {
    return own(device().newEvent());
  }

  /** Closes all that is owned, the last first. */
  @Override
  public void close() throws Exception {
    while (!owned.isEmpty()) {
      owned.removeLast().close();
    }
  }
}
