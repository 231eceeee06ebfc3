package org.jccl.spi;

import java.util.List;
import org.jccl.DeviceMemory;
import org.jccl.Stream;
import org.jccl.spi.CallRecording.Copy;
import org.jccl.spi.CallRecording.Kept;

/** Issues calls that were kept, with the copies that belong to them. */
final class RecordedIssue {
  private RecordedIssue() {}

  /**
   * Issues them in their order.
   *
   * @param settled waits for calls that go on, where calls come back at once
   */
  static void issue(
      CommunicatorBase owner, CallRecording recording, Stream stream, Runnable settled) {
    DeviceMemory memory = owner.device().memory();
    List<Kept> calls = recording.calls();
    int next = 0;
    while (next < calls.size()) {
      int end = recording.endOfGroup(next);
      for (int i = next; i < end; i++) {
        copy(memory, calls.get(i).before(), stream);
      }
      if (recording.isAlone(next)) {
        owner.issueAlone(calls.get(next).call(), stream);
      } else {
        issueGroup(owner, calls.subList(next, end), stream);
      }
      settled.run();
      for (int i = next; i < end; i++) {
        copy(memory, calls.get(i).after(), stream);
      }
      next = end;
    }
  }

  private static void copy(DeviceMemory memory, List<Copy> copies, Stream stream) {
    for (Copy each : copies) {
      memory.copy(each.target(), each.source(), each.bytes(), stream);
    }
  }

  private static void issueGroup(CommunicatorBase owner, List<Kept> calls, Stream stream) {
    GroupRecording group = GroupRecording.enter(owner.issuer());
    try {
      for (Kept each : calls) {
        group.add(owner, stream).set(each.call());
      }
      group.complete();
    } finally {
      group.leave();
    }
  }
}
