package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.jccl.ops.NcclFunction;

/** The functions about the library's own parameters, new in 2.30.4. */
abstract class ParameterCalls extends BoundCalls {
  private static final MethodHandle SLOT_KEY = call(ADDRESS, ADDRESS);
  private static final MethodHandle HANDLE_OUT = call(JAVA_LONG, ADDRESS);
  private static final MethodHandle VALUE = call(JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle KEY_VALUE = call(ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle DUMP = NativeAccess.downcall(FunctionDescriptor.ofVoid());

  ParameterCalls(NcclLibrary library, Map<NcclFunction, MemorySegment> table) {
    super(library, table);
  }

  @Override
  public int paramBind(MemorySegment handle, MemorySegment key) {
    try {
      return (int) SLOT_KEY.invokeExact(at(NcclFunction.PARAM_BIND), handle, key);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_BIND, failure));
    }
  }

  @Override
  public int paramGetI8(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I8), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_I8, failure));
    }
  }

  @Override
  public int paramGetI16(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I16), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_I16, failure));
    }
  }

  @Override
  public int paramGetI32(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I32), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_I32, failure));
    }
  }

  @Override
  public int paramGetI64(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_I64), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_I64, failure));
    }
  }

  @Override
  public int paramGetU8(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U8), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_U8, failure));
    }
  }

  @Override
  public int paramGetU16(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U16), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_U16, failure));
    }
  }

  @Override
  public int paramGetU32(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U32), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_U32, failure));
    }
  }

  @Override
  public int paramGetU64(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_U64), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_U64, failure));
    }
  }

  @Override
  public int paramGetStr(long handle, MemorySegment out) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.PARAM_GET_STR), handle, out);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_STR, failure));
    }
  }

  @Override
  public int paramGet(long handle, MemorySegment out, int maxLength, MemorySegment length) {
    try {
      return (int) VALUE.invokeExact(at(NcclFunction.PARAM_GET), handle, out, maxLength, length);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET, failure));
    }
  }

  @Override
  public int paramGetParameter(MemorySegment key, MemorySegment value, MemorySegment length) {
    try {
      return (int) KEY_VALUE.invokeExact(at(NcclFunction.PARAM_GET_PARAMETER), key, value, length);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_PARAMETER, failure));
    }
  }

  @Override
  public int paramGetAllParameterKeys(MemorySegment table, MemorySegment length) {
    try {
      return (int)
          SLOT_KEY.invokeExact(at(NcclFunction.PARAM_GET_ALL_PARAMETER_KEYS), table, length);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_GET_ALL_PARAMETER_KEYS, failure));
    }
  }

  @Override
  public void paramDumpAll() {
    try {
      DUMP.invokeExact(at(NcclFunction.PARAM_DUMP_ALL));
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PARAM_DUMP_ALL, failure));
    }
  }
}
