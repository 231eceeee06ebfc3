package org.jccl.nccl.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jcuda.Pointer;
import jcuda.runtime.cudaStream_t;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.junit.jupiter.api.Test;

/** What can be shown without a GPU: addresses go in and out, wrong things are refused. */
class JCudaInteropTest {
  private final CudaDevice device =
      new CudaDevice(null, new Gpu(0, "H200", "GPU-0", 90, 1L << 37), 0);

  @Test
  void address_survivesTheWayThereAndBack_offsetIncluded() {
    Pointer pointer = new Address(0x7f00_0000_1000L).withByteOffset(16);

    DeviceBuffer buffer = JCudaInterop.buffer(device, DataType.FLOAT32, pointer, 4);

    assertThat(buffer.address()).isEqualTo(0x7f00_0000_1010L);
    assertThat(new Address(JCudaInterop.pointer(buffer)).value()).isEqualTo(0x7f00_0000_1010L);
    assertThat(buffer.isClosed()).isFalse();
  }

  @Test
  void nullAndHostPointers_areRefused() {
    assertThatThrownBy(() -> JCudaInterop.buffer(device, DataType.INT8, new Pointer(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> JCudaInterop.buffer(device, DataType.INT8, Pointer.to(new byte[4]), 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void defaultStream_isRefused() {
    assertThatThrownBy(() -> JCudaInterop.stream(device, new cudaStream_t()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cudaStreamCreateWithFlags");
  }

  @Test
  void look_withoutDriver_isAReport() {
    assumeFalse(CudaDevices.look().available());

    assertThat(CudaDevices.look().reason()).isNotEmpty();
    assertThat(CudaDevices.look().tried()).isNotEmpty();
    assertThat(CudaDevices.open(null, 0)).isEmpty();
  }
}
