package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Window;
import org.jccl.fidelity.golden.RecordedCase.Memory;

/** The memory that the calls of cases write to and, if it must be special, read from. */
final class Room implements AutoCloseable {
  private final DeviceBuffer send;
  private final DeviceBuffer recv;
  private final List<AutoCloseable> registrations = new ArrayList<>();

  /** Takes memory; where it is a window all ranks do so together. */
  Room(Communicator communicator, Memory memory, long sendBytes, long recvBytes) {
    if (memory == Memory.PLAIN) {
      this.send = communicator.device().allocate(DataType.UINT8, 1);
      this.recv = communicator.device().allocate(DataType.UINT8, recvBytes);
      return;
    }
    this.send = communicator.device().allocateRegistrable(DataType.UINT8, sendBytes);
    this.recv = communicator.device().allocateRegistrable(DataType.UINT8, recvBytes);
    for (DeviceBuffer each : List.of(send, recv)) {
      registrations.add(
          memory == Memory.REGISTERED
              ? communicator.register(each)
              : communicator.registerWindow(each, Window.Flag.COLLECTIVE_SYMMETRIC));
    }
  }

  /** Where inputs go that may not lie anywhere. */
  DeviceBuffer send() {
    return send;
  }

  /** Where outputs go. */
  DeviceBuffer recv() {
    return recv;
  }

  @Override
  public void close() {
    for (AutoCloseable each : registrations) {
      try {
        each.close();
      } catch (RuntimeException failed) {
        throw failed;
      } catch (Exception impossible) {
        throw new IllegalStateException("a registration could not be dropped", impossible);
      }
    }
    send.close();
    recv.close();
  }
}
