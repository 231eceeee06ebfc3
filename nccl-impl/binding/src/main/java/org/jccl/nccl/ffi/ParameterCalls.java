package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jccl.ops.NcclFunction;

/** The functions about the library's own parameters, new in 2.30.4. */
interface ParameterCalls extends BoundCalls {
  MethodHandle SLOT_KEY = BoundCalls.call(ADDRESS, ADDRESS);
  MethodHandle VALUE = BoundCalls.call(JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS);
  MethodHandle KEY_VALUE = BoundCalls.call(ADDRESS, ADDRESS, ADDRESS);
  MethodHandle DUMP = NativeAccess.downcall(FunctionDescriptor.ofVoid());

  @Override
  default int paramBind(MemorySegment handle, MemorySegment key) {
    try {
      return (int) SLOT_KEY.invokeExact(at(NcclFunction.PARAM_BIND), handle, key);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_BIND, failure);
    }
  }

  @Override
  default int paramGetI8(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I8), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_I8, failure);
    }
  }

  @Override
  default int paramGetI16(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I16), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_I16, failure);
    }
  }

  @Override
  default int paramGetI32(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I32), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_I32, failure);
    }
  }

  @Override
  default int paramGetI64(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I64), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_I64, failure);
    }
  }

  @Override
  default int paramGetU8(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U8), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_U8, failure);
    }
  }

  @Override
  default int paramGetU16(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U16), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_U16, failure);
    }
  }

  @Override
  default int paramGetU32(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U32), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_U32, failure);
    }
  }

  @Override
  default int paramGetU64(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U64), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_U64, failure);
    }
  }

  @Override
  default int paramGetStr(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_STR), handle, out);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_STR, failure);
    }
  }

  @Override
  default int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length) {
    try {
      return (int) VALUE.invokeExact(at(NcclFunction.PARAM_GET), handle, out, maxLength, length);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET, failure);
    }
  }

  @Override
  default int paramGetParameter(MemorySegment key, MemorySegment value, MemorySegment length) {
    try {
      return (int) KEY_VALUE.invokeExact(at(NcclFunction.PARAM_GET_PARAMETER), key, value, length);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_PARAMETER, failure);
    }
  }

  @Override
  default int paramGetAllParameterKeys(MemorySegment table, MemorySegment length) {
    try {
      return (int)
          SLOT_KEY.invokeExact(at(NcclFunction.PARAM_GET_ALL_PARAMETER_KEYS), table, length);
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_GET_ALL_PARAMETER_KEYS, failure);
    }
  }

  @Override
  default void paramDumpAll() {
    try {
      DUMP.invokeExact(at(NcclFunction.PARAM_DUMP_ALL));
    } catch (Throwable failure) {
      throw raise(NcclFunction.PARAM_DUMP_ALL, failure);
    }
  }
}
