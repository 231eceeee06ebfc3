package org.jccl.conformance.loopback;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jccl.spi.NcclAbi;

/** Looks at each call as it comes up from C, before the simulator gets it. */
final class Between {
  /** Is shown one call. */
  interface Look {
    /** May throw, instead of the call. */
    void at(String method, Object[] arguments);
  }

  private Between() {}

  /**
   * Nothing behind: shows each call and answers it, one that gives a result code with {@code code}.
   */
  static NcclAbi answering(int code, Look look) {
    return proxy(
        (proxy, method, arguments) -> {
          look.at(method.getName(), arguments == null ? new Object[0] : arguments);
          return method.getReturnType() == int.class
              ? (Object) code
              : method.getReturnType() == String.class ? "words" : null;
        });
  }

  /** {@code target} behind: shows each call before it is made. */
  static NcclAbi of(NcclAbi target, Look look) {
    return proxy(
        (proxy, method, arguments) -> {
          look.at(method.getName(), arguments == null ? new Object[0] : arguments);
          return made(target, method, arguments);
        });
  }

  /** A loopback of one device that shows the calls of one function. */
  static Loopback showing(int version, String function, Consumer<Object[]> look) {
    Look one =
        (method, arguments) -> {
          if (method.equals(function)) {
            look.accept(arguments);
          }
        };
    return Loopback.open(1, version, abi -> of(abi, one));
  }

  /** C functions that somebody else answers. */
  static NcclAbi proxy(InvocationHandler handler) {
    return (NcclAbi)
        Proxy.newProxyInstance(
            NcclAbi.class.getClassLoader(), new Class<?>[] {NcclAbi.class}, handler);
  }

  /** Makes a call; what it throws is thrown. */
  static Object made(NcclAbi target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
