package org.jccl.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.DeviceMemory;

/**
 * The elements that the barriers of one communicator reduce, another one for each barrier of a
 * group: its calls run at once (GRP-20).
 */
final class BarrierTokens {
  private final Device device;
  private final List<DeviceBuffer> made = new ArrayList<>(1);

  BarrierTokens(Device device) {
    this.device = device;
  }

  /** One whose address no call of an open group sends; made at first use. */
  DeviceBuffer free(LongPredicate isSent) {
    for (int i = 0; i < made.size(); i++) {
      DeviceBuffer token = made.get(i);
      if (!isSent.test(token.address())) {
        return token;
      }
    }
    DeviceMemory memory = device.memory();
    long address = memory.allocateForCall(DataType.INT32.bytes());
    DeviceBuffer token = DeviceBuffer.owning(device, DataType.INT32, address, 1, memory::free);
    made.add(token);
    token.copyFrom(0);
    return token;
  }

  /** Frees them. */
  void release() {
    List<DeviceBuffer> all = List.copyOf(made);
    made.clear();
    all.forEach(DeviceBuffer::close);
  }
}
