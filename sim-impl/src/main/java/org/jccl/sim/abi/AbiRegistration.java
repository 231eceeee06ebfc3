package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.comm.life.WindowRegistrationJob;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;

/** Registered buffers and windows behind the C functions (rules ARG-25 to ARG-31). */
final class AbiRegistration {
  /** From here on the arguments of a window registration are checked (ARG-28, ARG-29). */
  private static final int CHECKS_WINDOWS = 22902;

  /** From here on a registration asks the driver about the memory (ARG-26). */
  private static final int ASKS_DRIVER = 23003;

  private static final int UNHANDLED_CUDA_ERROR = ResultCode.UNHANDLED_CUDA_ERROR.code();

  private final AbiState state;

  AbiRegistration(AbiState state) {
    this.state = state;
  }

  // ---------------------------------------------------------------- buffers

  int register(long comm, long buffer, long bytes, MemorySegment handle) {
    state.require(NcclFunction.COMM_REGISTER);
    if (AbiState.isNull(handle)) {
      return INVALID_ARGUMENT; // normalised: NCCL crashes (ARG-25)
    }
    if (!registersBuffers()) {
      handle.set(JAVA_LONG_UNALIGNED, 0, 0L); // ENV-13
      return OK;
    }
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null) {
      return state.refused(INVALID_ARGUMENT, "register: no communicator " + comm);
    }
    if (state.simulation().checksPointers() && !isOn(endpoint.member().device(), buffer)) {
      return state.refused(INVALID_ARGUMENT, "register: no memory of the device: " + buffer);
    }
    if (state.simulation().version() >= ASKS_DRIVER && !isKnown(buffer)) {
      return state.refused(UNHANDLED_CUDA_ERROR, "register: unknown address " + buffer);
    }
    handle.set(JAVA_LONG_UNALIGNED, 0, register(endpoint, buffer, bytes));
    return OK;
  }

  private long register(Endpoint endpoint, long buffer, long bytes) {
    HostTask task = state.kernel().enter();
    try {
      state.kernel().calls(task, endpoint.member().device().index(), "register");
      return endpoint.registrations().register(buffer, bytes);
    } finally {
      state.kernel().exit(task);
    }
  }

  private boolean registersBuffers() {
    return state.simulation().setting("NCCL_LOCAL_REGISTER", 1) != 0;
  }

  private static boolean isOn(SimDevice device, long address) {
    return device.memory().offsetOf(address) >= 0;
  }

  private boolean isKnown(long address) {
    return state.devices().stream().anyMatch(device -> isOn(device, address));
  }

  int deregister(long comm, long handle) {
    state.require(NcclFunction.COMM_DEREGISTER);
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null) {
      return state.refused(INVALID_ARGUMENT, "deregister: no communicator " + comm);
    }
    if (handle == 0) {
      return OK;
    }
    HostTask task = state.kernel().enter();
    try {
      state.kernel().calls(task, endpoint.member().device().index(), "deregister");
      return endpoint.registrations().deregister(handle);
    } finally {
      state.kernel().exit(task);
    }
  }

  // ---------------------------------------------------------------- windows

  int registerWindow(long comm, long buffer, long bytes, MemorySegment window, int flags) {
    state.require(NcclFunction.COMM_WINDOW_REGISTER);
    CommLifecycle life = state.created(comm);
    if (life == null || AbiState.isNull(window)) {
      return state.refused(INVALID_ARGUMENT, "window: no communicator or no output");
    }
    boolean supported = Registrations.supportsWindows(state.simulation());
    if (state.simulation().version() < CHECKS_WINDOWS) {
      if (buffer == 0 || bytes == 0 || !(supported || registersBuffers())) {
        return OK; // ARG-28: the output keeps what it held
      }
      return supported
          ? registerTogether(life, buffer, bytes, window, flags)
          : register(comm, buffer, bytes, window); // WIN-03: a plain registration instead
    }
    window.set(JAVA_LONG_UNALIGNED, 0, 0L);
    if (buffer == 0 || bytes == 0) {
      return state.refused(INVALID_ARGUMENT, "window: nothing at " + buffer + " x" + bytes);
    }
    return supported ? registerTogether(life, buffer, bytes, window, flags) : OK;
  }

  private int registerTogether(
      CommLifecycle life, long buffer, long bytes, MemorySegment window, int flags) {
    int code = life.readyTest();
    if (code != OK) {
      return state.group().fail(state.refused(code, "window: " + life + " is not ready"));
    }
    return state.later(
        "window_register",
        life,
        new WindowRegistrationJob(
            life, buffer, bytes, flags, made -> window.set(JAVA_LONG_UNALIGNED, 0, made)));
  }

  int deregisterWindow(long comm, long window) {
    state.require(NcclFunction.COMM_WINDOW_DEREGISTER);
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null) {
      return state.refused(INVALID_ARGUMENT, "window: no communicator " + comm);
    }
    if (window == 0) {
      return OK;
    }
    if (!Registrations.supportsWindows(state.simulation())
        && state.simulation().version() < CHECKS_WINDOWS) {
      return deregister(comm, window); // WIN-03
    }
    HostTask task = state.kernel().enter();
    try {
      state.kernel().calls(task, endpoint.member().device().index(), "window_deregister");
      return endpoint.registrations().deregisterWindow(window);
    } finally {
      state.kernel().exit(task);
    }
  }

  int userPointer(long comm, long window, MemorySegment pointer) {
    state.require(NcclFunction.WIN_GET_USER_PTR);
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null || AbiState.isNull(pointer)) {
      return state.refused(INVALID_ARGUMENT, "window: no communicator or no output");
    }
    if (!Registrations.supportsWindows(state.simulation())) {
      pointer.set(JAVA_LONG_UNALIGNED, 0, 0L);
      return OK;
    }
    if (window == 0) {
      return state.refused(INVALID_ARGUMENT, "window: null");
    }
    long start = endpoint.registrations().userPointer(window);
    if (start == 0) {
      return state.refused(ResultCode.INTERNAL_ERROR.code(), "window: unknown " + window);
    }
    pointer.set(JAVA_LONG_UNALIGNED, 0, start);
    return OK;
  }
}
