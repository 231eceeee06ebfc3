package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.function.Consumer;
import org.jccl.testing.FakeBackend;
import org.jccl.testing.FakeDevice;
import org.junit.jupiter.api.Test;

class DeviceBufferTest {
  private final FakeDevice device = (FakeDevice) new FakeBackend(1).devices().getFirst();
  private final Stream stream = device.newStream();

  @Test
  void arraysOfEveryKind_goThereAndBack() {
    assertThat(there(DataType.INT8, 3, b -> b.copyFrom((byte) 1, (byte) 2, (byte) 3), new byte[3]))
        .isEqualTo(new byte[] {1, 2, 3});
    DeviceBuffer halves = device.allocate(DataType.FLOAT16, 2);
    halves.copyFrom((short) 0x3C00, (short) 0x4000);
    short[] shorts = new short[2];
    halves.copyTo(shorts);
    assertThat(shorts).containsExactly((short) 0x3C00, (short) 0x4000);
    DeviceBuffer ints = device.allocate(DataType.INT32, 2);
    ints.copyFrom(7, 8);
    int[] gotInts = new int[2];
    ints.copyTo(gotInts);
    assertThat(gotInts).containsExactly(7, 8);
    DeviceBuffer longs = device.allocate(DataType.UINT64, 1);
    longs.copyFrom(-1L);
    long[] gotLongs = new long[1];
    longs.copyTo(gotLongs);
    assertThat(gotLongs).containsExactly(-1L);
    DeviceBuffer floats = device.allocate(DataType.FLOAT32, 2);
    floats.copyFrom(FloatBuffer.wrap(new float[] {9, 1, 2, 9}, 1, 2));
    float[] gotFloats = new float[2];
    floats.copyTo(FloatBuffer.wrap(gotFloats));
    assertThat(gotFloats).containsExactly(1, 2);
    DeviceBuffer doubles = device.allocate(DataType.FLOAT64, 1);
    doubles.copyFrom(0.5);
    double[] gotDoubles = new double[1];
    doubles.copyTo(gotDoubles);
    assertThat(gotDoubles).containsExactly(0.5);
  }

  @Test
  void slices_areViewsInElements_andNest() {
    DeviceBuffer whole = device.allocate(DataType.INT32, 8);
    whole.copyFrom(0, 1, 2, 3, 4, 5, 6, 7);

    DeviceBuffer part = whole.slice(2, 4).slice(1, 2);

    int[] got = new int[2];
    part.copyTo(got);
    assertThat(got).containsExactly(3, 4);
    assertThat(part.address()).isEqualTo(whole.address() + 12);
    assertThat(part.bytes()).isEqualTo(8);
    assertThat(whole.slice(8, 0).count()).isZero();
  }

  @Test
  void slicesOutside_areRefused() {
    DeviceBuffer whole = device.allocate(DataType.INT32, 8);

    assertThatThrownBy(() -> whole.slice(5, 4))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("slice of 4 elements at 5 is not inside INT32[8]");
    assertThatThrownBy(() -> whole.slice(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> whole.slice(1, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> whole.slice(1, Long.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void as_seesTheSameBytes_ifAWholeNumberFits() {
    DeviceBuffer bytes = device.allocate(DataType.UINT8, 12);

    assertThat(bytes.as(DataType.FLOAT32).count()).isEqualTo(3);
    assertThat(bytes.as(DataType.FLOAT32).address()).isEqualTo(bytes.address());
    assertThatThrownBy(() -> bytes.as(DataType.FLOAT64))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void wrongArrays_areRefused() {
    DeviceBuffer floats = device.allocate(DataType.FLOAT32, 2);

    assertThatThrownBy(() -> floats.copyFrom(1.0, 2.0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("elements of 8 bytes do not fit FLOAT32[2]");
    assertThatThrownBy(() -> floats.copyFrom(1f, 2f, 3f))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("12 bytes exceeds the 8 bytes");
    assertThatThrownBy(() -> floats.copyTo(new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void enqueuedCopies_moveSegments_fillsAndOtherBuffers() {
    DeviceBuffer source = device.allocate(DataType.INT32, 4);
    DeviceBuffer target = device.allocate(DataType.INT32, 4);
    source.fill((byte) 1, stream);
    target.fill((byte) 0, stream);
    target.slice(1, 2).copyFrom(source.slice(0, 2), stream);

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(ValueLayout.JAVA_INT, 4);
      target.copyTo(host, stream);
      assertThat(host.toArray(ValueLayout.JAVA_INT)).containsExactly(0, 0x01010101, 0x01010101, 0);
    }
    assertThatThrownBy(() -> target.copyTo(MemorySegment.ofArray(new int[4]), stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("off-heap");
  }

  @Test
  void closing_freesOnce_andSlicesAndWrapsOwnNothing() {
    DeviceBuffer owner = device.allocate(DataType.INT32, 4);
    DeviceBuffer wrapped = DeviceBuffer.wrap(device, DataType.INT32, owner.address(), 4);

    owner.slice(0, 1).close();
    wrapped.close();
    assertThat(device.memory().liveCount()).isEqualTo(1);
    owner.close();
    owner.close();

    assertThat(device.memory().liveCount()).isZero();
    assertThat(owner.isClosed()).isTrue();
    assertThat(owner).hasToString("INT32[4] on device 0 (closed)");
    assertThatThrownBy(() -> owner.copyFrom(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void sizes_mustBeSane() {
    assertThatThrownBy(() -> device.allocate(DataType.INT32, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count -1");
    assertThatThrownBy(() -> device.allocate(DataType.INT64, Long.MAX_VALUE / 8 + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(device.allocate(DataType.INT64, 0).bytes()).isZero();
  }

  private byte[] there(DataType type, int count, Consumer<DeviceBuffer> fill, byte[] target) {
    DeviceBuffer buffer = device.allocate(type, count);
    fill.accept(buffer);
    buffer.copyTo(target);
    return target;
  }
}
