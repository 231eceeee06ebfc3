package org.jccl.conformance.loopback;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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
    return (NcclAbi)
        Proxy.newProxyInstance(
            NcclAbi.class.getClassLoader(),
            new Class<?>[] {NcclAbi.class},
            (proxy, method, arguments) -> {
              look.at(method.getName(), arguments == null ? new Object[0] : arguments);
              return method.getReturnType() == int.class
                  ? (Object) code
                  : method.getReturnType() == String.class ? "words" : null;
            });
  }

  static NcclAbi of(NcclAbi target, Look look) {
    return (NcclAbi)
        Proxy.newProxyInstance(
            NcclAbi.class.getClassLoader(),
            new Class<?>[] {NcclAbi.class},
            (proxy, method, arguments) -> {
              look.at(method.getName(), arguments == null ? new Object[0] : arguments);
              try {
                return method.invoke(target, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }
}
