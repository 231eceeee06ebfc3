package org.jccl.conformance.loopback;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/** NCCL's functions, called in another process; what belongs to this process is answered here. */
final class RemoteLibrary implements InvocationHandler {
  private static final int HOST = 1;

  private final RemoteLoopback loopback;
  private final NcclAbi here;

  RemoteLibrary(RemoteLoopback loopback, int version, Map<String, String> environment) {
    this.loopback = loopback;
    this.here =
        Simulator.builder()
            .ncclVersion(Math.max(version, Simulator.OLDEST_VERSION))
            .environment(environment)
            .devices(1)
            .warnings(line -> {})
            .build()
            .raw();
  }

  NcclAbi abi() {
    return (NcclAbi)
        Proxy.newProxyInstance(
            RemoteLibrary.class.getClassLoader(), new Class<?>[] {NcclAbi.class}, this);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? new Object[0] : given.clone();
    String name = method.getName();
    if (method.isDefault()) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    if (name.startsWith("param") || name.equals("getErrorString")) {
      // Their answers are addresses of this process, or the same everywhere.
      try {
        return method.invoke(here, arguments);
      } catch (InvocationTargetException thrown) {
        throw thrown.getCause();
      }
    }
    if (name.equals("redOpCreatePreMulSum")) {
      arguments[1] =
          scalar(
              Wire.argument(given, 1, Long.class),
              Wire.argument(given, 2, Integer.class),
              Wire.argument(given, 3, Integer.class));
    }
    return loopback.call(Hosted.ABI, Wire.key(method), arguments);
  }

  /** A scalar on the host is in this process. */
  private static Object scalar(Long address, int type, int residence) {
    return address == 0 || residence != HOST || !DataType.isCode(type)
        ? address
        : NativeAccess.memory(address, DataType.ofCode(type).bytes());
  }
}
